import { UserProfileSchema } from "@tenon/ads-model";
import { runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { describeUser, INTERESTS_DESCRIBED_MAX } from "./describe-user.ts";

runAdGoldens(describeUser, import.meta.dirname);

test("a long list of interests is cut to the strongest, because it would pick out a person", async () => {
  const interests = Array.from({ length: 64 }, (_, rank) => ({
    interest: `brands/shop/kind-${rank}`,
    affinity: 1 - rank / 100,
  }));
  const userProfile = UserProfileSchema.parse({
    userId: "user-secret",
    ageBracket: "65+",
    gender: "other",
    country: "US",
    region: "US-CA",
    city: "Secretville",
    language: "en",
    interests,
    adImpressions30Days: 1,
    adClicks30Days: 0,
  });
  const { targetingUser } = await runNode(describeUser, { userProfile });
  expect(targetingUser.interests).toEqual(interests.slice(0, INTERESTS_DESCRIBED_MAX));
  expect(JSON.stringify(targetingUser).toLowerCase()).not.toContain("secret");
});
