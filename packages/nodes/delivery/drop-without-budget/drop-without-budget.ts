import { drop, filter } from "@tenon/graph-core";
import { STATE_KNOWN } from "../resources.ts";
import { campaignRows } from "../shared/campaign-rows.ts";
import { indexVerdict } from "../shared/ineligible.ts";
import { dropWithoutBudgetContract } from "./drop-without-budget.contract.ts";

/**
 * Serves while reported plus predicted spend is below the budget. What is not known is not assumed: a campaign that the
 * feed does not name, or a feed that fell silent, is dropped as our own error, not as the advertiser's empty budget.
 */
export const dropWithoutBudget = filter({
  ...dropWithoutBudgetContract,
  run: ({ cappedAds }, { uses: { budgetState, budgetPolicy }, clock: { nowMs } }) => {
    const exhausted = indexVerdict(cappedAds, ["budget_exhausted", "inflight_budget"]);
    const { query, rows } = campaignRows(cappedAds);
    const answer = budgetState.remainingOf(query);
    const ageMs = nowMs - answer.asOfMs;
    if (ageMs > budgetPolicy.stateAgeMaxMs)
      return () => drop("error", `spend feed at most ${budgetPolicy.stateAgeMaxMs} ms old`, ageMs);
    return (row) => {
      const campaign = rows.at(row);
      if (answer.status.at(campaign) !== STATE_KNOWN) return drop("error", "a known budget", "unknown");
      const remainingMicros = Math.min(
        answer.lifetimeRemainingMicros.at(campaign),
        answer.dailyRemainingMicros.at(campaign),
      );
      if (remainingMicros <= 0) return drop("budget_exhausted", 0, remainingMicros);
      const inflightMicros = answer.inflightMicros.at(campaign);
      if (inflightMicros >= remainingMicros) return drop("inflight_budget", remainingMicros, inflightMicros);
      return exhausted(row);
    };
  },
});
