import { node } from "@tenon/graph-core";
import { loadUserProfileContract } from "./load-user-profile.contract.ts";

export const loadUserProfile = node({
  ...loadUserProfileContract,
  run: async ({ consentedUser: { userId } }, { uses, signal }) => ({
    userProfile: userId === null ? null : await uses.userStore.profile(userId, signal),
  }),
});
