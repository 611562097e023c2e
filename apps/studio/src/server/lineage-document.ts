import { type Lineage, shownVia } from "@tenon/indexer/lineage";
import { LINEAGE_FORMAT, type LineageDocument } from "../data/lineage-document.ts";

/** The declared lineage as the page reads it: items by their place. */
export function lineageDocument(lineage: Lineage): LineageDocument {
  const items = [...lineage.items.values()];
  const places = new Map(items.map(({ id }, place) => [id, place]));
  return {
    format: LINEAGE_FORMAT,
    items: items.map(({ kind, name, owner }) => ({ kind, name, owner })),
    edges: lineage.edges.map(({ from, to, via }) => ({
      from: places.get(from.id) as number,
      to: places.get(to.id) as number,
      via: [...shownVia(via)],
    })),
  };
}
