import { PlacedAds } from "../../blending/slots.ts";
import { AdIndexResource } from "../../retrieval/resources.ts";
import { AdRecords } from "../slots.ts";

export const loadAdRecordsContract = {
  owner: "ads-serving",
  purpose: "reads what is shown of the placed ads, and of those only",
  reads: [PlacedAds],
  writes: [AdRecords],
  uses: [AdIndexResource],
  async: true,
  budgetMs: 8,
  // The organic feed is an answer too. The ads are dropped with a reason, not shown without a text.
  onFailure: { fallback: { adRecords: { loaded: false, found: [] } } },
} as const;
