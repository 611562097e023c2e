/** Addresses and the states they stand for. */
export const VIEWS = ["run", "requests", "graph", "document", "lineage", "live", "report"] as const;
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
  readonly item?: string | undefined;
  readonly report?: string | undefined;
  readonly theme?: string | undefined;
}

const KEYS = [
  ...["graph", "run", "ad", "node", "heat", "scope", "find", "open"],
  ...["level", "tab", "with", "item", "report", "theme"],
] as readonly (keyof Route)[];

export function readRoute(hash: string): Route {
  const given = new URLSearchParams(hash.replace(/^#\/?/, ""));
  const view = VIEWS.find((each) => each === given.get("view")) ?? "run";
  const rest = KEYS.flatMap((key) => {
    const value = given.get(key);
    return value === null || value === "" ? [] : [[key, value]];
  });
  return { view, ...Object.fromEntries(rest) };
}

export function routeText({ view, ...rest }: Route): string {
  const text = new URLSearchParams({ view });
  for (const key of KEYS) {
    const value = (rest as Readonly<Record<string, string | undefined>>)[key];
    if (value !== undefined && value !== "") text.set(key, value);
  }
  return `#${text}`;
}
