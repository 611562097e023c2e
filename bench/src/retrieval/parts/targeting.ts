/** Matching users against the targets of 100k ads: the index beside evaluating every expression, on the workload of the package. */
import { measureTargeting, targetingWorkload } from "../../../../packages/ad-index/bench/targeting-workload.ts";
import { type Part, rounded } from "../../harness/report.ts";
import { partOf } from "../goals.ts";

export interface TargetingAmounts {
  readonly users: number;
  /** CPU time of the matching, ms. */
  readonly measureMs: number;
  /** Users for whom every expression is evaluated as well. */
  readonly evaluated: number;
}

const ADS = 100_000;
const SEED = 7;

export function targetingPart({ users, measureMs, evaluated }: TargetingAmounts): Promise<Part> {
  const measured = measureTargeting(targetingWorkload({ ads: ADS, users, seed: SEED }), { measureMs, evaluated });
  const row = Object.entries(measured).map(([name, value]) => [name, rounded(value)]);
  return Promise.resolve(
    partOf(
      "targeting",
      {
        "targeting.rate": measured.usersPerSecond,
        "targeting.brute": measured.usersPerSecond / measured.bruteForceUsersPerSecond,
        "targeting.mismatches": measured.mismatches,
      },
      [{ workload: "targeting, 100k ads", ...Object.fromEntries(row), evaluated }],
    ),
  );
}
