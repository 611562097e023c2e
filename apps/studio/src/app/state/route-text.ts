/** Addresses and the states they stand for. */
export const VIEWS = ["run", "requests", "cohorts", "graph", "document", "lineage", "live", "report"] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  readonly view: View;
  readonly graph?: string | undefined;
  readonly run?: string | undefined;
  readonly ad?: string | undefined;
  readonly node?: string | undefined;
  /** What the colour of a box tells. */
  readonly heat?: string | undefined;
  /** `all`: the kept runs together instead of the one. */
  readonly scope?: string | undefined;
  /** Selection language. */
  readonly find?: string | undefined;
  /** Open groups, joined by commas, in the order they were opened. */
  readonly open?: string | undefined;
  /** `nodes`: without groups. */
  readonly level?: string | undefined;
  readonly tab?: string | undefined;
  /** The run or the graph that this one is compared with. */
  readonly with?: string | undefined;
  /** Filters of two cohorts. */
  readonly a?: string | undefined;
  readonly b?: string | undefined;
  readonly item?: string | undefined;
  readonly report?: string | undefined;
  /** Of the report, e.g. `F12`. */
  readonly finding?: string | undefined;
  readonly theme?: string | undefined;
}

/** Everything of an address but its view. */
export const KEYS = [
  ...["graph", "run", "ad", "node", "heat", "scope", "find", "open"],
  ...["level", "tab", "with", "a", "b", "item", "report", "finding", "theme"],
] as readonly (keyof Route)[];

/** `report/<id>` and `report/<id>/finding/<F12>` are short: people and pull requests pass them on. */
const REPORT = /^report\/([^/?]+)(?:\/finding\/([^/?]+))?\/?(?:\?(.*))?$/s;

export function readRoute(hash: string): Route {
  const text = hash.replace(/^#\/?/, "");
  const [, report, finding, more = ""] = REPORT.exec(text) ?? [];
  const given = new URLSearchParams(report === undefined ? text : more);
  if (report !== undefined) {
    given.set("view", "report");
    given.set("report", decoded(report));
    if (finding !== undefined) given.set("finding", decoded(finding));
  }
  const view = VIEWS.find((each) => each === given.get("view")) ?? "run";
  const rest = KEYS.flatMap((key) => {
    const value = given.get(key);
    return value === null || value === "" ? [] : [[key, value]];
  });
  return { view, ...Object.fromEntries(rest) };
}

export function routeText({ view, ...rest }: Route): string {
  if (view === "report" && rest.report !== undefined && rest.report !== "") {
    const { report, finding, ...others } = rest;
    const place = finding === undefined || finding === "" ? "" : `/finding/${encodeURIComponent(finding)}`;
    const more = parameters(others).toString();
    return `#report/${encodeURIComponent(report)}${place}${more === "" ? "" : `?${more}`}`;
  }
  return `#${parameters({ view, ...rest })}`;
}

function parameters(route: Partial<Route>): URLSearchParams {
  const text = new URLSearchParams(route.view === undefined ? {} : { view: route.view });
  for (const key of KEYS) {
    const value = route[key];
    if (value !== undefined && value !== "") text.set(key, value);
  }
  return text;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // No address of ours: what it names is not there, which the page says.
    return part;
  }
}
