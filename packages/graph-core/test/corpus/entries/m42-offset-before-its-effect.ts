/** M42: the offset of a batch of events can be committed before its effect exists. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Events = slot("events", z.object({ nextOffset: z.int(), amounts: z.array(z.int()) }), {
  owner: "ads-measurement",
});
const WriteSet = slot("writeSet", z.object({ spend: z.int() }), { owner: "ads-measurement" });
const InputOffset = slot("inputOffset", z.int(), {
  owner: "ads-platform",
  follows: [WriteSet],
  commitsWith: [WriteSet],
});

const addSpend = node({
  owner: "ads-measurement",
  purpose: "adds the spend of the events",
  reads: [Events],
  writes: [WriteSet],
  run: ({ events }) => ({ writeSet: { spend: events.amounts.reduce((sum, amount) => sum + amount, 0) } }),
});

const confirm = node({
  owner: "ads-platform",
  purpose: "confirms the events that were handled",
  // defect: reads: [Events],
  reads: [Events, WriteSet],
  writes: [InputOffset],
  run: ({ events }) => ({ inputOffset: events.nextOffset }),
});

export const example = graph({
  name: "m42",
  owner: "ads-measurement",
  request: [Events],
  nodes: { addSpend, confirm },
  respond: [WriteSet, InputOffset],
});

export const request = { events: { nextOffset: 43, amounts: [1, 2] } };
export const response = { writeSet: { spend: 3 }, inputOffset: 43 };
