/** What ad servers need to know at once of a row. */
import { z } from "zod";
import { BudgetColumns, CampaignColumns } from "../../indexing/source-rows.ts";

const BudgetSchema = z.object(BudgetColumns);
const StatusSchema = z.object({ status: CampaignColumns.status });
/** Without a budget nothing may be spent. */
const NO_BUDGET = { lifetimeCapMicros: 0, dailyCapMicros: null, overdeliveryRatioMax: null, pacing: "even" } as const;
/** What was deleted does not serve; should it come back, its row is newer. */
const GONE = { status: "archived" } as const;

type Columns = Readonly<Record<string, unknown>> | null;

/** The budget of a row; none for `null`; `undefined` for columns that do not fit, which is no command: the updater rejects them. */
export function budgetControl(columns: Columns) {
  if (columns === null) return { kind: "budget", ...NO_BUDGET } as const;
  const { data } = BudgetSchema.safeParse(columns);
  return data && ({ kind: "budget", ...data } as const);
}

/** The campaign's status; `archived` for `null`; `undefined` as above. */
export function statusControl(columns: Columns) {
  if (columns === null) return { kind: "status", ...GONE } as const;
  const { data } = StatusSchema.safeParse(columns);
  return data && ({ kind: "status", ...data } as const);
}
