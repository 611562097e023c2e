import { WorkItem } from "@tenon/stream-runtime/api";
import { CreativeVector, EmbeddingWrites } from "../embedding-rows.ts";
import { AdWithCreative } from "../link-rows.ts";

export const deriveEmbeddingContract = {
  owner: "ads-retrieval",
  purpose: "copies the vector of the creative to the ad, with its space: both change together",
  reads: [AdWithCreative, CreativeVector, WorkItem],
  writes: [EmbeddingWrites],
} as const;
