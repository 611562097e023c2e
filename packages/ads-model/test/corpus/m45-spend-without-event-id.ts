/** M45: a handler adds spend without the id of its event, so a redelivered event is charged twice. */
import { CampaignIdSchema, campaignId, MicrosSchema, micros, RequestIdSchema, requestId } from "@tenon/ads-model";
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const eventShape = z.object({ eventId: RequestIdSchema, campaignId: CampaignIdSchema, amountMicros: MicrosSchema });
const Events = slot("events", z.array(eventShape), { owner: "ads-measurement" });
const SpendUpdates = slot("spendUpdates", z.array(eventShape), { owner: "ads-delivery" });
const Spend = slot("spend", MicrosSchema, { owner: "ads-delivery" });

const charge = node({
  owner: "ads-measurement",
  purpose: "turns billable events into spend updates",
  reads: [Events],
  writes: [SpendUpdates],
  run: ({ events }) => ({
    // untyped: spendUpdates: events.map(({ campaignId, amountMicros }) => ({ campaignId, amountMicros }) as any),
    // defect: spendUpdates: events.map(({ campaignId, amountMicros }) => ({ campaignId, amountMicros })),
    spendUpdates: events.map(({ eventId, campaignId, amountMicros }) => ({ eventId, campaignId, amountMicros })),
  }),
});

const aggregate = node({
  owner: "ads-delivery",
  purpose: "adds each event once",
  reads: [SpendUpdates],
  writes: [Spend],
  run: ({ spendUpdates }) => {
    const once = new Map(spendUpdates.map((update) => [update.eventId, update.amountMicros]));
    return { spend: micros([...once.values()].reduce((sum, amount) => sum + amount, 0)) };
  },
});

export const example = graph({
  name: "m45",
  owner: "ads-measurement",
  request: [Events],
  nodes: { charge, aggregate },
  respond: [Spend],
});

const event = { eventId: requestId("e1"), campaignId: campaignId(9), amountMicros: micros(500) };
export const request = { events: [event, event] };
export const response = { spend: micros(500) };
