/** M44: two change handlers, in two graphs, write one stored column. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Change = slot("change", z.object({ budget: z.int() }), { owner: "ads-data" });
const BudgetRows = slot("budgetRows", z.array(z.int()), { owner: "ads-data" });
const PaceRows = slot("paceRows", z.array(z.int()), { owner: "ads-delivery" });

const copyBudget = node({
  owner: "ads-data",
  purpose: "copies the budget into the document",
  reads: [Change],
  writes: [BudgetRows],
  columns: [{ table: "documents", writes: ["budget"] }],
  run: ({ change }) => ({ budgetRows: [change.budget] }),
});

const pace = node({
  owner: "ads-delivery",
  purpose: "spreads the budget over the day",
  reads: [Change],
  writes: [PaceRows],
  // defect: columns: [{ table: "documents", writes: ["budget"] }],
  columns: [{ table: "documents", writes: ["hourlyBudget"] }],
  run: ({ change }) => ({ paceRows: [change.budget / 24] }),
});

export const examples = [
  graph({ name: "m44-gateway", owner: "ads-data", request: [Change], nodes: { copyBudget }, respond: [BudgetRows] }),
  graph({ name: "m44-pacing", owner: "ads-delivery", request: [Change], nodes: { pace }, respond: [PaceRows] }),
];

export const request = { change: { budget: 48 } };
export const response = [{ budgetRows: [48] }, { paceRows: [2] }];
