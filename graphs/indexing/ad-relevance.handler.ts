/** Run when keywords or annotations change. */
import {
  AdDocumentRow,
  AdKeywords,
  AdKeywordsRead,
  CreativeAnnotations,
  CreativeAnnotationsRead,
  RelevanceWrites,
} from "@tenon/nodes";
import { handler, ownRow, parentRow } from "@tenon/stream-runtime";
import { adRelevance } from "./ad-relevance.graph.ts";

export const adRelevanceHandler = handler({
  name: "ad-relevance",
  owner: "ads-ranking",
  purpose: "keeps words that find an ad up to date",
  inputs: [
    ownRow(AdKeywords, AdKeywordsRead),
    parentRow(CreativeAnnotations, CreativeAnnotationsRead, { of: AdKeywordsRead, column: "creativeId" }),
  ],
  graph: adRelevance,
  writes: RelevanceWrites,
  produces: [{ entity: AdDocumentRow, groups: ["relevance"] }],
});
