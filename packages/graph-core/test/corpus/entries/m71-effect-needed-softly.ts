/** M71, class of M42: the offset reads its effect softly, so it can be confirmed without it. */
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Events = slot("events", z.object({ nextOffset: z.int() }), { owner: "ads-measurement" });
const WriteSet = slot("writeSet", z.object({ spend: z.int() }), { owner: "ads-measurement" });
const InputOffset = slot("inputOffset", z.int(), { owner: "ads-platform", follows: [WriteSet] });

const addSpend = node({
  owner: "ads-measurement",
  purpose: "adds the spend of the events",
  reads: [Events],
  writes: [WriteSet],
  onFailure: "failRequest",
  run: ({ events }) => ({ writeSet: { spend: events.nextOffset } }),
});

export const both = { reads: [Events, WriteSet] } as const;
export const softly = { reads: [Events], soft: [WriteSet] } as const;

const confirm = node({
  owner: "ads-platform",
  purpose: "confirms the events that were handled",
  // defect: ...softly,
  ...both,
  writes: [InputOffset],
  run: ({ events }) => ({ inputOffset: events.nextOffset }),
});

export const example = graph({
  name: "m71",
  owner: "ads-measurement",
  request: [Events],
  nodes: { addSpend, confirm },
  respond: [InputOffset],
});

export const request = { events: { nextOffset: 43 } };
export const response = { inputOffset: 43 };
