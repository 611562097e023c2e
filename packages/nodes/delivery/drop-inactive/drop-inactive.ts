import { drop, filter } from "@tenon/graph-core";
import { indexVerdict } from "../shared/ineligible.ts";
import { dropInactiveContract } from "./drop-inactive.contract.ts";

/** The schedule is compared here once more, by the request's clock, because the ledger then holds the time that was missed. */
export const dropInactive = filter({
  ...dropInactiveContract,
  run: ({ indexedAds }, { clock: { nowMs } }) => {
    const startAtMs = indexedAds.column("startAtMs");
    const endAtMs = indexedAds.column("endAtMs");
    const inactive = indexVerdict(indexedAds, ["paused", "out_of_schedule", "targeting_mismatch"]);
    return (row) => {
      if (nowMs < startAtMs.at(row)) return drop("out_of_schedule", startAtMs.at(row), nowMs);
      if (nowMs >= endAtMs.at(row)) return drop("out_of_schedule", endAtMs.at(row), nowMs);
      return inactive(row);
    };
  },
});
