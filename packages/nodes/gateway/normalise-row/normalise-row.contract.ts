import { NormalisedUpdate, SourceRow } from "../slots.ts";

export const normaliseRowContract = {
  owner: "ads-data",
  purpose: "a row of the ads database as the group of columns it fills",
  reads: [SourceRow],
  writes: [NormalisedUpdate],
} as const;
