import { CreativeLanding, LandingPageFound } from "../landing-rows.ts";
import { LandingPagesResource } from "../resources.ts";

export const checkLandingPageContract = {
  owner: "ads-serving",
  purpose: "asks what is at the address that an ad leads to",
  reads: [CreativeLanding],
  writes: [LandingPageFound],
  uses: [LandingPagesResource],
  async: true,
  // A page that nobody could look at is unknown. The ad serves; a refresh looks again.
  budgetMs: 2_000,
  onFailure: {
    fallback: { landingPageFound: { state: "unknown", httpStatus: null, loadMs: null, checkedAtMs: null } },
  },
} as const;
