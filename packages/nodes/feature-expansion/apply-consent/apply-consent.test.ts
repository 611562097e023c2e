import { AdmittedRequestSchema } from "@tenon/ads-model";
import { runNode } from "@tenon/graph-testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { pseudonymsOf } from "../../testing/resources.ts";
import { applyConsent } from "./apply-consent.ts";

runAdGoldens(applyConsent, import.meta.dirname, { bind: { pseudonyms: pseudonymsOf } });

test("without consent to personalisation nobody downstream can tell one user from another, or from none", async () => {
  const users = fc.option(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(users, async (userId) => {
      const adRequest = AdmittedRequestSchema.parse({
        requestId: "r1",
        ...(userId !== undefined && { userId }),
        surface: "homeFeed",
        country: "US",
        device: "phone",
        language: "en",
        organicItems: [],
        adSlotsWanted: 3,
        consent: { personalisation: false, measurement: false },
      });
      const outputs = await runNode(
        applyConsent,
        { adRequest },
        { uses: { pseudonyms: pseudonymsOf({ prefix: "p" }) } },
      );
      expect(outputs).toEqual({
        consentedUser: { userId: null },
        personalisationAllowed: false,
        measuredUser: { allowed: false, pseudonym: null },
      });
    }),
  );
});
