import { EmbeddingsResource } from "../resources.ts";
import { TargetingUser, UserEmbedding } from "../slots.ts";

export const embedInterestsContract = {
  owner: "ads-retrieval",
  purpose: "places the user's interests in the ads' vector space",
  reads: [TargetingUser],
  writes: [UserEmbedding],
  uses: [EmbeddingsResource],
  budgetMs: 1,
} as const;
