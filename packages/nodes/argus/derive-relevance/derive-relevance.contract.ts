import { WorkItem } from "@tenon/stream-runtime/api";
import { AdKeywords, CreativeAnnotations, RelevanceWrites } from "../relevance-rows.ts";

export const deriveRelevanceContract = {
  owner: "ads-ranking",
  purpose: "words that find an ad: its advertiser's, and others that a reader of the creative found",
  reads: [AdKeywords, CreativeAnnotations, WorkItem],
  writes: [RelevanceWrites],
} as const;
