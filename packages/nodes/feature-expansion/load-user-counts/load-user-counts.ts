import { node } from "@tenon/graph-core";
import { userCountsTable } from "../shared/user-counts-table.ts";
import { loadUserCountsContract } from "./load-user-counts.contract.ts";

/** A user of whom nothing was ever counted has seen nothing: known, with no rows. Only a missing identity is unknown. */
export const loadUserCounts = node({
  ...loadUserCountsContract,
  run: async ({ consentedUser: { userId } }, { uses, signal }) => {
    if (userId === null) return { userCounts: { status: "unknownUser" as const, ...userCountsTable([]) } };
    const { entities } = await uses.userActions.countsFor(userId, signal);
    return { userCounts: { status: "known" as const, ...userCountsTable(entities) } };
  },
});
