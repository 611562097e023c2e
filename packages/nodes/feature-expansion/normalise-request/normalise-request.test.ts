import { type AdmittedRequest, AdmittedRequestSchema } from "@tenon/ads-model";
import { runNode } from "@tenon/graph-testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { normaliseRequest } from "./normalise-request.ts";

runAdGoldens(normaliseRequest, import.meta.dirname);

const uses = { requestPolicy: { adSlotsMax: { homeFeed: 8, search: 4, related: 6 } } };

const BODY = {
  requestId: "r1",
  surface: "homeFeed",
  country: "US",
  device: "phone",
  language: "en",
  organicItems: [],
  adSlotsWanted: 3,
  consent: { personalisation: true, measurement: true },
};

function requestOf(fields: object): AdmittedRequest {
  return AdmittedRequestSchema.parse({ ...BODY, ...fields });
}

test("no personal field of the request is in what goes on without a label", async () => {
  const personal = { userId: "user-secret", city: "Secretville", utcOffsetMinutes: 60 };
  const request = requestOf({ ...personal, surface: "search", query: "secretword" });
  const { normalRequest, isSearch, organicFeed } = await runNode(normaliseRequest, { adRequest: request }, { uses });
  expect(JSON.stringify({ normalRequest, isSearch, organicFeed }).toLowerCase()).not.toContain("secret");
});

test("day and hours are those of the request's clock", async () => {
  const instant = fc.record({
    nowMs: fc.integer({ min: 0, max: 4e12 }),
    utcOffsetMinutes: fc.integer({ min: -720, max: 840 }),
  });
  await fc.assert(
    fc.asyncProperty(instant, async ({ nowMs, utcOffsetMinutes }) => {
      const { normalRequest } = await runNode(
        normaliseRequest,
        { adRequest: requestOf({ utcOffsetMinutes }) },
        { uses, nowMs },
      );
      const utc = new Date(nowMs);
      const local = new Date(nowMs + utcOffsetMinutes * 60_000);
      expect(normalRequest.hourOfDayUtc).toBe(utc.getUTCHours());
      expect(normalRequest.dayOfWeekUtc).toBe(utc.getUTCDay());
      expect(normalRequest.hourOfDayLocal).toBe(local.getUTCHours());
    }),
  );
});

test("ad slots never exceed what the caller wants or the policy allows", async () => {
  for (const adSlotsWanted of [1, 8, 9, 20]) {
    const { normalRequest } = await runNode(normaliseRequest, { adRequest: requestOf({ adSlotsWanted }) }, { uses });
    expect(normalRequest.adSlotsWanted).toBe(Math.min(adSlotsWanted, 8));
  }
});
