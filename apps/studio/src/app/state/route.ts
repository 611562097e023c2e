/**
 * Everything the page shows follows from the address behind the `#`: a link is a state, from a server and from a folder alike.
 */
import { useSyncExternalStore } from "react";

import { type Route, readRoute, routeText } from "./route-text.ts";

export type { Route, View } from "./route-text.ts";

let current = readRoute(location.hash);
const listeners = new Set<() => void>();

addEventListener("hashchange", () => {
  current = readRoute(location.hash);
  for (const tell of listeners) tell();
});

export function useRoute(): Route {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => current,
  );
}

/** Changes parts of the address. `replace`: the step before stays what it was, as for typing and opening. */
export function go(change: Partial<Route>, how: "push" | "replace" = "push"): void {
  const text = routeText({ ...current, ...change });
  if (text === location.hash) return;
  if (how === "push") history.pushState(null, "", text);
  else history.replaceState(null, "", text);
  current = readRoute(text);
  for (const tell of listeners) tell();
}

/** Address of a state, for links. */
export function linkTo(change: Partial<Route>): string {
  return routeText({ ...current, ...change });
}
