import { graph } from "@tenon/graph-core";
import { AdGroupState, CampaignBudget, deriveServingTerms, ServingTermsWrites } from "@tenon/nodes";
import { WorkItem } from "@tenon/stream-runtime/api";

export const servingTerms = graph({
  name: "serving-terms",
  owner: "ads-retrieval",
  purpose: "terms under which an ad group may serve",
  request: [AdGroupState, CampaignBudget, WorkItem],
  nodes: { deriveServingTerms },
  respond: [ServingTermsWrites],
});
