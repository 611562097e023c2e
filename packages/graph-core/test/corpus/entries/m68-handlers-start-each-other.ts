/** M68, class of M44: two handlers start each other through the columns they write. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Change = slot("change", z.object({ budget: z.int() }), { owner: "ads-data" });
const Paces = slot("paces", z.array(z.int()), { owner: "ads-delivery" });
const States = slot("states", z.array(z.boolean()), { owner: "ads-data" });

const pace = node({
  owner: "ads-delivery",
  purpose: "paces what is active",
  reads: [Change],
  writes: [Paces],
  columns: [{ table: "campaigns", watches: ["active"], writes: ["pace"] }],
  run: ({ change }) => ({ paces: [change.budget / 24] }),
});

const activate = node({
  owner: "ads-data",
  purpose: "switches off what has no pace",
  reads: [Change],
  writes: [States],
  // defect: columns: [{ table: "campaigns", watches: ["pace"], writes: ["active"] }],
  columns: [{ table: "campaigns", reads: ["pace"], writes: ["active"] }],
  run: ({ change }) => ({ states: [change.budget > 0] }),
});

export const examples = [
  graph({ name: "m68-pacing", owner: "ads-delivery", request: [Change], nodes: { pace }, respond: [Paces] }),
  graph({ name: "m68-states", owner: "ads-data", request: [Change], nodes: { activate }, respond: [States] }),
];

export const request = { change: { budget: 48 } };
export const response = [{ paces: [2] }, { states: [true] }];
