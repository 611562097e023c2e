/** What a recorded request stands for: surface, country group, and the rare path it took. */
import type { AdmittedRequest } from "@tenon/ads-model";
import type { NodeOutputs, RunContext } from "@tenon/graph-core";

/** Countries with a stratum of their own: most requests come from them. The rest is one group. */
const COUNTRY_GROUPS: ReadonlySet<string> = new Set(["US", "IN", "CN", "BR", "GB", "DE", "FR", "JP"]);
const OTHERS = "others";

/** `homeFeed US plain`, `search others degraded`. */
export function stratumOf(
  { surface, country }: AdmittedRequest,
  ctx: RunContext,
  answer: NodeOutputs | undefined,
): string {
  return `${surface} ${COUNTRY_GROUPS.has(country) ? country : OTHERS} ${pathOf(ctx, answer)}`;
}

function pathOf({ degraded, quality }: RunContext, answer: NodeOutputs | undefined): string {
  if (answer === undefined) return "failed";
  if ([...(degraded?.values() ?? [])].includes("timeout")) return "timeout";
  if (degraded !== undefined && degraded.size > 0) return "degraded";
  return quality < 1 ? "shed" : "plain";
}

/** Strata of the reasons for which this run dropped ads: `drop frequency_capped`. */
export function dropStrata({ ledger }: RunContext): readonly string[] {
  return [...ledger.countsByReason().keys()].map((reason) => `drop ${reason}`);
}
