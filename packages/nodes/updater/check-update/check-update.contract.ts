import { EntityUpdate, UpdateProblems } from "../slots.ts";

export const checkUpdateContract = {
  owner: "ads-data",
  purpose: "holds an update against the declaration of its group, column by column",
  reads: [EntityUpdate],
  writes: [UpdateProblems],
} as const;
