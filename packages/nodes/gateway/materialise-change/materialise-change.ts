import { node } from "@tenon/graph-core";
import { materialiseChangeContract } from "./materialise-change.contract.ts";

export const materialiseChange = node({
  ...materialiseChangeContract,
  run: async ({ sourceChange: change }, { uses: { adsDatabase }, signal }) => {
    const row = await adsDatabase.row({ table: change.table, key: change.key }, signal);
    // The row decides, not the change: by now it may be gone, or there again.
    return row.isFound
      ? { sourceRow: { change, version: 2 * row.rowVersion, columns: row.columns, sourceAtMs: row.updatedAtMs } }
      : {
          sourceRow: { change, version: 2 * row.lastRowVersion + 1, columns: null, sourceAtMs: change.committedAtMs },
        };
  },
});
