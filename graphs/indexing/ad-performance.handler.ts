/** Run when counts of an ad or signals of its brand come in. */
import {
  AdDocumentRow,
  AdGroupInCampaign,
  AdGroupInCampaignRead,
  AdPerformance,
  AdPerformanceRead,
  BrandSignals,
  BrandSignalsRead,
  CampaignOfAdvertiser,
  CampaignOfAdvertiserRead,
  PerformanceWrites,
} from "@tenon/nodes";
import { handler, ownRow, parentRow } from "@tenon/stream-runtime";
import { adPerformance } from "./ad-performance.graph.ts";

export const adPerformanceHandler = handler({
  name: "ad-performance",
  owner: "ads-measurement",
  purpose: "keeps how an ad has done up to date",
  inputs: [
    ownRow(AdPerformance, AdPerformanceRead),
    parentRow(AdGroupInCampaign, AdGroupInCampaignRead, { of: AdPerformanceRead, column: "adGroupId" }),
    parentRow(CampaignOfAdvertiser, CampaignOfAdvertiserRead, { of: AdGroupInCampaignRead, column: "campaignId" }),
    parentRow(BrandSignals, BrandSignalsRead, { of: CampaignOfAdvertiserRead, column: "advertiserId" }),
  ],
  graph: adPerformance,
  writes: PerformanceWrites,
  produces: [{ entity: AdDocumentRow, groups: ["performance"] }],
});
