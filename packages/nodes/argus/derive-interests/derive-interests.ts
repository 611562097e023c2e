import { node } from "@tenon/graph-core";
import { newestSourceAtMs } from "../shared/source-time.ts";
import { deriveInterestsContract } from "./derive-interests.contract.ts";

export const deriveInterests = node({
  ...deriveInterestsContract,
  run: ({ adLinks, campaignCategory, creativeInterests, workItem: { version } }) => {
    if (adLinks === null || adLinks.columns.adGroupId === null) return { interestsWrites: {} };
    const interests = (creativeInterests?.columns.interests ?? []).toSorted(
      (left, right) => right.affinity - left.affinity || (left.interest < right.interest ? -1 : 1),
    );
    const columns = {
      category: campaignCategory?.columns.category ?? null,
      // None are known before the first signal: an empty list, no guess.
      interests: { interests, topInterest: interests[0]?.interest ?? null },
      interestsSourceAtMs: newestSourceAtMs([campaignCategory, creativeInterests]),
    };
    const { key } = adLinks;
    return { interestsWrites: { ad_document: { groups: { interests: [{ key, version, columns }] } } } };
  },
});
