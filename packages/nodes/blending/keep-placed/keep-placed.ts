import { drop, filter } from "@tenon/graph-core";
import { keepPlacedContract } from "./keep-placed.contract.ts";

export const keepPlaced = filter({
  ...keepPlacedContract,
  run: ({ placements: { unplaced } }) => {
    const drops = new Map(
      unplaced.map(({ row, rule, threshold, value }) => [row, drop("blended_out", `${rule}: ${threshold}`, value)]),
    );
    return (row) => drops.get(row);
  },
});
