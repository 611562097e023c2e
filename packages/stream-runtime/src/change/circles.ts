/** Handlers that wake each other in a circle, and what bounds that. */
import type { EntityColumn } from "@tenon/storage-repo/api";
import { streamError } from "../task/stream-error.ts";
import type { Handler } from "./handler.ts";

type Wakes = ReadonlyMap<Handler, ReadonlySet<Handler>>;

/** Whom a handler wakes by what it produces. */
function wakesOf(handlers: readonly Handler[]): Wakes {
  const producers = new Map<string, Handler>();
  for (const handler of handlers) {
    for (const { entity, groups } of handler.produces) {
      for (const group of groups) producers.set(`${entity.name}.${group}`, handler);
    }
  }
  const wakes = new Map<Handler, Set<Handler>>(handlers.map((each) => [each, new Set()]));
  for (const reader of handlers) {
    for (const { read } of reader.inputs) {
      for (const { group } of read.columns as readonly EntityColumn[]) {
        const producer = producers.get(`${read.entity.name}.${group}`);
        if (producer !== undefined) wakes.get(producer)?.add(reader);
      }
    }
  }
  return wakes;
}

/** Throws TENON1810 for a circle in which no handler has a bound: a change might come round for ever. */
export function refuseUnboundCircle(handlers: readonly Handler[]): void {
  const unbound = handlers.filter(({ rounds }) => rounds === 0);
  const wakes = wakesOf(unbound);
  for (const handler of unbound) {
    const circle = circleFrom(handler, wakes);
    if (circle === undefined) continue;
    const path = [...circle, handler].map(({ name, owner }) => `"${name}" (owner ${owner})`).join(" → ");
    throw streamError("wrongHandler", `handlers wake each other in a circle: ${path}`, {
      owner: handler.owner,
      hint: "read columns that no handler of the circle writes, or declare `rounds` in one of them: how often a change may come round",
    });
  }
}

/** The handlers that share a circle with each handler, itself included; nobody for one that is in none. */
export function circlesOf(handlers: readonly Handler[]): ReadonlyMap<string, ReadonlySet<string>> {
  const wakes = wakesOf(handlers);
  const reached = new Map(handlers.map((each) => [each, reachedFrom(each, wakes)]));
  return new Map(
    handlers.map((each) => {
      const others = [...(reached.get(each) ?? [])].filter((other) => reached.get(other)?.has(each));
      return [each.name, new Set(others.map(({ name }) => name))];
    }),
  );
}

function reachedFrom(start: Handler, wakes: Wakes): ReadonlySet<Handler> {
  const reached = new Set<Handler>(wakes.get(start));
  for (const each of reached) for (const next of wakes.get(each) ?? []) reached.add(next);
  return reached;
}

/** The handlers of a shortest way from one back to itself. */
function circleFrom(start: Handler, wakes: Wakes): readonly Handler[] | undefined {
  const paths: Handler[][] = [[start]];
  const seen = new Set<Handler>();
  for (const path of paths) {
    for (const next of wakes.get(path.at(-1) as Handler) ?? []) {
      if (next === start) return path;
      if (seen.has(next)) continue;
      seen.add(next);
      paths.push([...path, next]);
    }
  }
  return undefined;
}
