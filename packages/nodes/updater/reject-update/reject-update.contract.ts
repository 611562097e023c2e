import { EntityUpdate, RejectedMessages, UpdateProblems } from "../slots.ts";

export const rejectUpdateContract = {
  owner: "ads-data",
  purpose: "sends an update that does not fit to its owner, with everything that is wrong with it",
  reads: [EntityUpdate, UpdateProblems],
  writes: [RejectedMessages],
} as const;
