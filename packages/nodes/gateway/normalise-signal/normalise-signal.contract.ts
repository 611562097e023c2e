import { ContentSignal, NormalisedUpdate } from "../slots.ts";

export const normaliseSignalContract = {
  owner: "ads-data",
  purpose: "a content signal as the group of columns it fills",
  reads: [ContentSignal],
  writes: [NormalisedUpdate],
} as const;
