import { runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { AdEventSchema } from "../topics.ts";
import { chargeEvent } from "./charge-event.ts";

runAdGoldens(chargeEvent, import.meta.dirname);

test("a negative charge is refused by name: spend never falls", async () => {
  const event = { eventId: "e1", adId: 7, campaignId: 3, action: "click", surface: "search", chargedMicros: -1 };
  const adEvent = AdEventSchema.parse(event);
  await expect(runNode(chargeEvent, { adEvent })).rejects.toThrow(/"e1" charges -1 micros/);
});
