import { WorkItem } from "@tenon/stream-runtime/api";
import { AssembledDocument, ServableWrites } from "../servable-rows.ts";

export const writeDocumentContract = {
  owner: "ads-data",
  purpose: "keeps the document beside the groups it was made of, for batches, people and comparison",
  reads: [AssembledDocument, WorkItem],
  writes: [ServableWrites],
} as const;
