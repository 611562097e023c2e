import { node } from "@tenon/graph-core";
import { z } from "zod";
import { BudgetColumns, CampaignColumns } from "../../indexing/source-rows.ts";
import { sourceColumnOf, sourceOfTable } from "../../indexing/sources.ts";
import { shortCutControlContract } from "./short-cut-control.contract.ts";

const BudgetSchema = z.object(BudgetColumns);
const StatusSchema = z.object({ status: CampaignColumns.status });
/** Without a budget nothing may be spent. */
const NO_BUDGET = { lifetimeCapMicros: 0, dailyCapMicros: null, overdeliveryRatioMax: null, pacing: "even" } as const;
/** What was deleted does not serve; should it come back, its row is newer. */
const GONE = { status: "archived" } as const;

export const shortCutControl = node({
  ...shortCutControlContract,
  run: ({ sourceRow: { change, version, columns, sourceAtMs } }, { clock: { nowMs } }) => {
    const { table, key } = change;
    if (table !== "budgets" && table !== "campaigns") return { servingControlMessages: [] };
    const source = sourceOfTable(table);
    const named = Object.keys(source.columns).map((name) => [name, columns?.[sourceColumnOf(source, name)]]);
    const schema: z.ZodType<object> = table === "budgets" ? BudgetSchema : StatusSchema;
    const control =
      columns === null ? (table === "budgets" ? NO_BUDGET : GONE) : schema.safeParse(Object.fromEntries(named)).data;
    // What does not fit is no command. The updater rejects it with the reason.
    if (control === undefined) return { servingControlMessages: [] };
    const kind = table === "budgets" ? "budget" : "status";
    const value = { kind, campaignId: key, version, ...control, changedAtMs: sourceAtMs } as never;
    return { servingControlMessages: [{ key: String(key), timeMs: nowMs, value }] };
  },
});
