import { drop, filter } from "@tenon/graph-core";
import { STATE_KNOWN } from "../resources.ts";
import { campaignRows } from "../shared/campaign-rows.ts";
import { indexVerdict } from "../shared/ineligible.ts";
import { paceContract } from "./pace.contract.ts";

/**
 * One draw per campaign and request: the ads of a campaign are in or out together, or a campaign with many ads would
 * nearly always take part. The draw depends on seed and campaign alone, so other candidates cannot change it.
 */
export const pace = filter({
  ...paceContract,
  run: ({ fundedAds }, { uses: { pacingState, budgetPolicy }, clock: { nowMs }, random }) => {
    const pacing = fundedAds.column("pacing");
    const evenCode = pacing.dictionary.codeOf("even");
    const campaignId = fundedAds.column("campaignId");
    const pacedOut = indexVerdict(fundedAds, ["paced_out"]);
    const { query, rows } = campaignRows(fundedAds);
    const answer = pacingState.ratesOf(query);
    const ageMs = nowMs - answer.asOfMs;
    return (row) => {
      if (pacing.codeAt(row) !== evenCode) return pacedOut(row);
      const campaign = rows.at(row);
      if (ageMs > budgetPolicy.stateAgeMaxMs)
        return drop("error", `pacer at most ${budgetPolicy.stateAgeMaxMs} ms silent`, ageMs);
      if (answer.status.at(campaign) !== STATE_KNOWN) return drop("error", "a known pass rate", "unknown");
      const passRate = answer.passRate.at(campaign);
      const draw = random("pace", campaignId.at(row));
      return draw >= passRate ? drop("paced_out", passRate, draw) : pacedOut(row);
    };
  },
});
