import { PlacedAds } from "../../blending/slots.ts";
import { AdRecords, ShownAds } from "../slots.ts";

export const dropUnrecordedContract = {
  owner: "ads-serving",
  purpose: "drops placed ads of which there is nothing to show; what follows them moves up",
  of: PlacedAds,
  kept: ShownAds,
  reads: [AdRecords],
  budgetMs: 1,
} as const;
