/**
 * What every binding of the repository, and every dialect under it, must do, as tests. A binding's own test file calls
 * `repoContract(make)`; where a binding has several feeds, `feedContract` once for each.
 */
import { describe } from "vitest";
import { feedContract } from "./feed-contract.ts";
import { isolationContract } from "./isolation-contract.ts";
import type { MakeRepo } from "./make-repo.ts";
import { writeContract } from "./write-contract.ts";

export function repoContract<Joined>(make: MakeRepo<Joined>): void {
  describe("guarded writes", () => writeContract(make));
  describe("isolation", () => isolationContract(make));
  describe("change feed", () => feedContract(make));
}

export { feedContract, take } from "./feed-contract.ts";
export { type MakeRepo, type RepoUnderTest, readAll } from "./make-repo.ts";
export { chainBreaks, feedDifferences, finalVersions, ledgerBreaks } from "./oracles.ts";
export {
  CampaignBudget,
  GroupAll,
  GroupBid,
  SAMPLE_ENTITIES,
  SampleCampaign,
  SampleGroup,
} from "./sample-entities.ts";
