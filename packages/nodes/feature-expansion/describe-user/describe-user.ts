import { node } from "@tenon/graph-core";
import { describeUserContract } from "./describe-user.contract.ts";

/** A long list of interests picks out a person as well as a name does. */
export const INTERESTS_DESCRIBED_MAX = 20;

export const describeUser = node({
  ...describeUserContract,
  run: ({ userProfile }) => {
    if (userProfile === undefined || userProfile === null) {
      return { targetingUser: { known: false, ageBracket: null, gender: null, interests: [], activity: null } };
    }
    const { ageBracket, gender, interests, adImpressions30Days, adClicks30Days } = userProfile;
    const strongest = interests.toSorted(
      (left, right) => right.affinity - left.affinity || (left.interest < right.interest ? -1 : 1),
    );
    return {
      targetingUser: {
        known: true,
        ageBracket,
        gender,
        interests: strongest.slice(0, INTERESTS_DESCRIBED_MAX),
        activity: { adImpressions30Days, adClicks30Days },
      },
    };
  },
});
