import { WorkItem } from "@tenon/stream-runtime/api";
import { AdPresence, AssembledDocument, DocumentGroups } from "../servable-rows.ts";

export const assembleDocumentContract = {
  owner: "ads-data",
  purpose: "puts the groups of a document together, or names what is missing",
  reads: [AdPresence, DocumentGroups, WorkItem],
  writes: [AssembledDocument],
} as const;
