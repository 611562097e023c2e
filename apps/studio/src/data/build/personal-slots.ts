import type { SlotKey, Topology } from "@tenon/graph-core";

/**
 * Slots that hold personal data: tagged so, or written by a node that reads such a slot or resource and does not
 * declassify it. The same way that the check of graphs follows labels.
 */
export function personalSlots({ slots, nodes, resources }: Topology): ReadonlySet<SlotKey> {
  const personal = new Set(slots.filter(({ tags }) => tags.pii === true).map(({ key }) => key));
  const personalUses = new Set(resources.filter(({ pii }) => pii).map(({ name }) => name));
  // Nodes stand in any order in a graph: until nothing is added, at most once per node.
  for (let before = -1; before !== personal.size; ) {
    before = personal.size;
    for (const { reads, soft, uses, writes, declassifies } of nodes) {
      if (declassifies?.labels.includes("pii") === true) continue;
      if ([...reads, ...soft].some((key) => personal.has(key)) || uses.some((use) => personalUses.has(use)))
        for (const key of writes) personal.add(key);
    }
  }
  return personal;
}
