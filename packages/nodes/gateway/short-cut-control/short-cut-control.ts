import { node } from "@tenon/graph-core";
import { budgetControl, statusControl } from "../shared/control-of-row.ts";
import { shortCutControlContract } from "./short-cut-control.contract.ts";

export const shortCutControl = node({
  ...shortCutControlContract,
  run: ({ sourceRow: { change, version, columns, sourceAtMs } }, { clock: { nowMs } }) => {
    const { table, key } = change;
    const isControl = table === "budgets" || table === "campaigns";
    const control = isControl ? (table === "budgets" ? budgetControl(columns) : statusControl(columns)) : undefined;
    if (control === undefined) return { servingControlMessages: [] };
    const value = { ...control, campaignId: key, version, changedAtMs: sourceAtMs };
    return { servingControlMessages: [{ key: String(key), timeMs: nowMs, value }] };
  },
});
