import { AGE_BRACKETS, GENDERS, TARGETING_ATTRIBUTES } from "@tenon/ads-model";
import { runNode } from "@tenon/graph-testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { buildTargetingQuery } from "./build-targeting-query.ts";

runAdGoldens(buildTargetingQuery, import.meta.dirname);

const normalRequest = {
  requestId: "r1",
  surface: "homeFeed",
  country: "US",
  region: "US-CA",
  device: "phone",
  language: "en",
  adSlotsWanted: 3,
  hourOfDayUtc: 1,
  dayOfWeekUtc: 6,
  hourOfDayLocal: 18,
};

/** Attributes that belong to a person rather than to a request. */
const PERSONAL_ATTRIBUTES = ["ageBracket", "gender", "interest"];

const users = fc.record({
  known: fc.boolean(),
  ageBracket: fc.constantFrom(null, ...AGE_BRACKETS),
  gender: fc.constantFrom(null, ...GENDERS),
  interests: fc.uniqueArray(
    fc.record({ interest: fc.string({ minLength: 1 }), affinity: fc.double({ min: 0, max: 1, noNaN: true }) }),
    {
      selector: ({ interest }) => interest,
      maxLength: 20,
    },
  ),
  activity: fc.constant(null),
});

test("a personal attribute is stated exactly if it is known of the user, with the user's own value", async () => {
  await fc.assert(
    fc.asyncProperty(users, async (targetingUser) => {
      const { targetingQuery } = await runNode(buildTargetingQuery, { normalRequest, targetingUser });
      const { ageBracket, gender, interest, ...rest } = targetingQuery.targeting;
      expect(ageBracket).toEqual(targetingUser.ageBracket === null ? undefined : [targetingUser.ageBracket]);
      expect(gender).toEqual(targetingUser.gender === null ? undefined : [targetingUser.gender]);
      const interests = targetingUser.interests.map((each) => each.interest);
      expect(interest).toEqual(interests.length === 0 ? undefined : interests);
      expect(Object.keys(rest).filter((name) => PERSONAL_ATTRIBUTES.includes(name))).toEqual([]);
    }),
  );
});

test("every attribute that can be targeted can be stated", async () => {
  const targetingUser = {
    known: true,
    ageBracket: "18-24",
    gender: "other",
    interests: [{ interest: "brands/shop/shoes", affinity: 1 }],
    activity: null,
  };
  const { targetingQuery } = await runNode(buildTargetingQuery, { normalRequest, targetingUser, queryWords: ["red"] });
  expect(Object.keys(targetingQuery.targeting).sort()).toEqual([...TARGETING_ATTRIBUTES].sort());
});
