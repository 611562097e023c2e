import { UserStoreResource } from "../resources.ts";
import { ConsentedUser, PersonalisationAllowed, UserProfile } from "../slots.ts";

export const loadUserProfileContract = {
  owner: "ads-data",
  purpose: "reads what is known about a user who allows it",
  when: PersonalisationAllowed,
  reads: [ConsentedUser],
  writes: [UserProfile],
  uses: [UserStoreResource],
  processesFor: "personalisation",
  async: true,
  budgetMs: 8,
  // Ads without the profile are worse ads; no ads would be worse still.
  onFailure: "omit",
} as const;
