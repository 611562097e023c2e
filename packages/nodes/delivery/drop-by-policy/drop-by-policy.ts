import { drop, filter, type ValueOf } from "@tenon/graph-core";
import type { NormalRequest, TargetingUser } from "../../feature-expansion/slots.ts";
import type { PolicyRule } from "../resources.ts";
import { indexVerdict } from "../shared/ineligible.ts";
import { dropByPolicyContract } from "./drop-by-policy.contract.ts";

/** Rules that cannot apply to this request are left out first, so that most requests judge ads by a few. */
export const dropByPolicy = filter({
  ...dropByPolicyContract,
  run: ({ activeAds, normalRequest, targetingUser }, { uses }) => {
    const rules = uses.policyRules.rules.filter((rule) => mayApply(rule, normalRequest, targetingUser));
    const category = activeAds.column("category");
    const advertiserId = activeAds.column("advertiserId");
    const rejected = indexVerdict(activeAds, ["creative_rejected", "policy_blocked"]);
    return (row) => {
      const rule = rules.find((each) => forbids(each, category.at(row), advertiserId.at(row)));
      return rule === undefined ? rejected(row) : drop("policy_blocked", rule.name, category.at(row));
    };
  },
});

function mayApply(
  { countries, surfaces, unlessAgeIn }: PolicyRule,
  { country, surface }: ValueOf<typeof NormalRequest>,
  { ageBracket }: ValueOf<typeof TargetingUser>,
): boolean {
  if (countries !== undefined && !countries.includes(country)) return false;
  if (surfaces !== undefined && !surfaces.includes(surface)) return false;
  return unlessAgeIn === undefined || ageBracket === null || !unlessAgeIn.includes(ageBracket);
}

function forbids({ categoryPrefix, advertiserIds }: PolicyRule, category: string, advertiserId: number): boolean {
  if (advertiserIds !== undefined && !advertiserIds.includes(advertiserId)) return false;
  return categoryPrefix === undefined || category === categoryPrefix || category.startsWith(`${categoryPrefix}/`);
}
