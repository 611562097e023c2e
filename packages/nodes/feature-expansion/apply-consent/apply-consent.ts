import { node } from "@tenon/graph-core";
import { applyConsentContract } from "./apply-consent.contract.ts";

/**
 * Without consent to personalisation the user is unknown, for frequency caps too: counting what somebody saw is keeping
 * a profile of them.
 */
export const applyConsent = node({
  ...applyConsentContract,
  run: ({ adRequest: { userId = null, consent } }, { uses }) => {
    const personalisationAllowed = consent.personalisation && userId !== null;
    const pseudonym = consent.measurement && userId !== null ? uses.pseudonyms.of(userId) : null;
    return {
      consentedUser: { userId: personalisationAllowed ? userId : null },
      personalisationAllowed,
      measuredUser: { allowed: consent.measurement, pseudonym },
    };
  },
});
