import { node } from "@tenon/graph-core";
import type { Json } from "../../indexing/json.ts";
import { materialiseChangeContract } from "./materialise-change.contract.ts";

export const materialiseChange = node({
  ...materialiseChangeContract,
  run: async ({ sourceChange: change }, { uses: { adsDatabase }, signal }) => {
    const { version, updatedAtMs, row } = await adsDatabase.row({ table: change.table, key: change.key }, signal);
    // The row decides, not the change: by now it may be gone, or there again. Of one that never was, the change tells the time.
    const sourceAtMs = updatedAtMs > 0 ? updatedAtMs : change.committedAtMs;
    return { sourceRow: { change, version, columns: row as Readonly<Record<string, Json>> | null, sourceAtMs } };
  },
});
