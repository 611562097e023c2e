import { UserActionsResource } from "../resources.ts";
import { userCountsTable } from "../shared/user-counts-table.ts";
import { ConsentedUser, UserCounts } from "../slots.ts";

export const loadUserCountsContract = {
  owner: "ads-delivery",
  purpose: "reads once what the user saw and did, for caps, features and log",
  reads: [ConsentedUser],
  writes: [UserCounts],
  uses: [UserActionsResource],
  processesFor: "delivery",
  async: true,
  budgetMs: 8,
  // Not zero counts: the status says that nothing is known, and the frequency policy decides.
  onFailure: { fallback: { userCounts: { status: "unavailable", ...userCountsTable([]) } } },
} as const;
