import { node } from "@tenon/graph-core";
import { newestSourceAtMs } from "../shared/source-time.ts";
import { normaliseTargeting, reachOf } from "../shared/targeting-reach.ts";
import { deriveTargetingContract } from "./derive-targeting.contract.ts";

export const deriveTargeting = node({
  ...deriveTargetingContract,
  run: ({ adInGroup, adGroupTarget, workItem: { version } }) => {
    if (adInGroup === null || adInGroup.columns.adGroupId === null) return { targetingWrites: {} };
    const expression = adGroupTarget?.columns.expression ?? null;
    const targeting = expression === null ? null : normaliseTargeting(expression);
    const columns = {
      targeting,
      reach: targeting === null ? null : reachOf(targeting),
      targetingSourceAtMs: newestSourceAtMs([adGroupTarget]),
    };
    const { key } = adInGroup;
    return { targetingWrites: { ad_document: { groups: { targeting: [{ key, version, columns }] } } } };
  },
});
