/** Run when a bid, a budget or a status changes, or a group moves to another campaign. */
import {
  AdGroupRow,
  AdGroupState,
  AdGroupStateRead,
  CampaignBudget,
  CampaignBudgetRead,
  ServingTermsWrites,
} from "@tenon/nodes";
import { handler, ownRow, parentRow } from "@tenon/stream-runtime";
import { servingTerms } from "./serving-terms.graph.ts";

export const servingTermsHandler = handler({
  name: "serving-terms",
  owner: "ads-retrieval",
  purpose: "keeps the terms of every ad group up to date",
  inputs: [
    ownRow(AdGroupState, AdGroupStateRead),
    parentRow(CampaignBudget, CampaignBudgetRead, { of: AdGroupStateRead, column: "campaignId" }),
  ],
  graph: servingTerms,
  writes: ServingTermsWrites,
  produces: [{ entity: AdGroupRow, groups: ["terms"] }],
});
