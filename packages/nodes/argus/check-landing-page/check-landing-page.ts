import { node } from "@tenon/graph-core";
import { checkLandingPageContract } from "./check-landing-page.contract.ts";

const UNKNOWN = { state: "unknown", httpStatus: null, loadMs: null, checkedAtMs: null } as const;

export const checkLandingPage = node({
  ...checkLandingPageContract,
  run: async ({ creativeLanding }, { uses: { landingPages }, signal }) => {
    const url = creativeLanding?.columns.landingUrl ?? null;
    return { landingPageFound: url === null ? UNKNOWN : await landingPages.check(url, signal) };
  },
});
