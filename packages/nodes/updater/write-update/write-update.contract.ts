import { EntityUpdate, UpdateProblems, UpdateWrites } from "../slots.ts";

export const writeUpdateContract = {
  owner: "ads-data",
  purpose: "an update that fits as rows with versions: which of two is newer, the repository decides",
  reads: [EntityUpdate, UpdateProblems],
  writes: [UpdateWrites],
} as const;
