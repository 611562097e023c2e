/** Matching users against the targets of 100k ads: the index beside evaluating every expression, on the workload of the package. */
import { type Part, rounded } from "../../harness/report.ts";
import { partOf } from "../goals.ts";
import { measuredTargeting } from "../measure/index-programs.ts";

const ADS = 100_000;

export async function targetingPart(): Promise<Part> {
  const measured = await measuredTargeting(ADS);
  const row = Object.entries(measured).map(([name, value]) => [name, rounded(value)]);
  return partOf(
    "targeting",
    {
      "targeting.rate": measured.usersPerSecond,
      "targeting.brute": measured.usersPerSecond / measured.bruteForceUsersPerSecond,
      "targeting.mismatches": measured.mismatches,
    },
    [{ workload: "targeting, 100k ads", ...Object.fromEntries(row) }],
  );
}
