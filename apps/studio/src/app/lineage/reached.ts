import type { LineageDocument } from "../../data/lineage-document.ts";

export interface Reached {
  /** Places of everything that hangs on the item, itself too. */
  readonly places: ReadonlySet<number>;
  /** Who passed each on, as far as the way from the item says. */
  readonly via: ReadonlyMap<number, readonly string[]>;
  readonly before: number;
  readonly after: number;
}

/** Both ways: what the item is made of, and what is made of it. */
export function reachedFrom({ edges }: LineageDocument, start: number): Reached {
  const via = new Map<number, readonly string[]>();
  const follow = (way: "from" | "to") => {
    const next = Map.groupBy(edges, (edge) => (way === "to" ? edge.from : edge.to));
    const found = new Set([start]);
    for (const at of found) {
      for (const edge of next.get(at) ?? []) {
        if (found.has(edge[way])) continue;
        found.add(edge[way]);
        if (edge.via.length > 0) via.set(edge[way], edge.via);
      }
    }
    return found;
  };
  const [before, after] = [follow("from"), follow("to")];
  return { places: new Set([...before, ...after]), via, before: before.size - 1, after: after.size - 1 };
}
