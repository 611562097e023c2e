import { node } from "@tenon/graph-core";
import { isZero } from "../shared/vectors.ts";
import { embedInterestsContract } from "./embed-interests.contract.ts";

/** Somebody of whom nothing is known gets the direction of everybody: a zero vector would rank ads by their ids. */
export const embedInterests = node({
  ...embedInterestsContract,
  run: ({ targetingUser: { interests } }, { uses: { embeddings } }) => {
    const { version } = embeddings;
    const own = interests.length === 0 ? undefined : embeddings.ofInterests(interests);
    if (own === undefined || isZero(own)) {
      return { userEmbedding: { version, vector: embeddings.ofEverybody, basis: "everybody" as const } };
    }
    return { userEmbedding: { version, vector: own, basis: "interests" as const } };
  },
});
