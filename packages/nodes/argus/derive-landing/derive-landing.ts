import { node } from "@tenon/graph-core";
import { newestSourceAtMs } from "../shared/source-time.ts";
import { deriveLandingContract } from "./derive-landing.contract.ts";

export const deriveLanding = node({
  ...deriveLandingContract,
  run: ({ adWithCreative, creativeLanding, landingPageFound, workItem: { version } }) => {
    if (adWithCreative === null || adWithCreative.columns.creativeId === null) return { landingWrites: {} };
    const isThere = (creativeLanding?.columns.landingUrl ?? null) !== null;
    const columns = {
      landing: isThere ? landingPageFound : null,
      landingSourceAtMs: newestSourceAtMs([creativeLanding]),
    };
    const { key } = adWithCreative;
    return { landingWrites: { ad_document: { groups: { landing: [{ key, version, columns }] } } } };
  },
});
