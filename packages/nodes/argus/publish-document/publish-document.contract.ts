import { AssembledDocument, IndexDeltaMessages } from "../servable-rows.ts";

export const publishDocumentContract = {
  owner: "ads-retrieval",
  purpose: "tells the index: the document, or that there is none",
  reads: [AssembledDocument],
  writes: [IndexDeltaMessages],
} as const;
