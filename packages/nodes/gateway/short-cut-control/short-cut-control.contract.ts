import { ServingControlMessages, SourceRow } from "../slots.ts";

export const shortCutControlContract = {
  owner: "ads-delivery",
  purpose: "sends budgets and pauses of campaigns straight to the ad servers, past the pipeline",
  reads: [SourceRow],
  writes: [ServingControlMessages],
} as const;
