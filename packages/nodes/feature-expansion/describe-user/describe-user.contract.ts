import { TargetingUser, UserProfile } from "../slots.ts";

export const describeUserContract = {
  owner: "ads-privacy",
  purpose: "reduces the profile to the attributes that ads may be chosen by",
  reads: [],
  soft: [UserProfile],
  writes: [TargetingUser],
  processesFor: "personalisation",
  budgetMs: 1,
  declassifies: {
    labels: ["pii", "personalisation"],
    reason: "brackets, a few categories and totals: no id, no place, nothing that few people share",
  },
} as const;
