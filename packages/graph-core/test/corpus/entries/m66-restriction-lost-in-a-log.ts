/** M66, class of M54: data for delivery only is logged into a record that anybody may use. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Shown = slot("shown", z.int(), { owner: "ads-privacy", purpose: ["delivery"] });
const CapLog = slot("capLog", z.object({ capped: z.boolean() }), {
  owner: "ads-measurement",
  leaves: "log",
  // defect: // the record is for everybody
  purpose: ["delivery"],
});

const logCap = node({
  owner: "ads-delivery",
  purpose: "logs whether the user was capped",
  processesFor: "delivery",
  reads: [Shown],
  writes: [CapLog],
  run: ({ shown }) => ({ capLog: { capped: shown > 5 } }),
});

export const example = graph({
  name: "m66",
  owner: "ads-serving",
  request: [Shown],
  nodes: { logCap },
  respond: [CapLog],
});

export const request = { shown: 6 };
export const response = { capLog: { capped: true } };
