/** The way of one ad through one request, in words and numbers: what on-call asks first. */
import { type AdId, DROP_REASON_FACTS, type DropReason } from "@tenon/ads-model";
import { IdColumn, verdictText } from "@tenon/graph-core";
import type { AdMixer } from "../host/ad-mixer.ts";
import type { KeptRun } from "../host/kept-runs.ts";

export interface AdExplanation {
  readonly requestId: string;
  readonly adId: number;
  /** One sentence. */
  readonly verdict: string;
  readonly fate: string;
  readonly reason: {
    readonly name: string;
    readonly meaning: string;
    readonly actor: string;
    readonly openRtbCode: number | null;
  } | null;
  readonly steps: readonly {
    readonly node: string;
    readonly owner: string;
    readonly fate: "kept" | "dropped";
    readonly reason: string | null;
    readonly threshold: number | string | null;
    readonly value: number | string | null;
  }[];
  /** What the click model made of it; null where it was not ranked. */
  readonly ranked: {
    readonly clickMargin: number;
    readonly clickProbability: number;
    readonly ecpmMicros: number;
  } | null;
  /** Position in the feed, 0 is the top; null where it was not shown. */
  readonly position: number | null;
}

export function explainAd(host: AdMixer, run: KeptRun, adId: AdId): AdExplanation {
  const { topology } = host;
  const path = run.ledger.explain(adId);
  const position = run.response?.positions.findIndex((each) => each.kind === "ad" && each.adId === adId) ?? -1;
  const neverEntered = path.fate === "neverEntered" ? whyNeverEntered(host, adId) : undefined;
  const dropped = path.steps.find((step) => step.fate === "dropped");
  const reason = neverEntered?.reason ?? (dropped?.fate === "dropped" ? dropped.drop.reason : undefined);
  return {
    requestId: run.request.requestId,
    adId,
    verdict:
      neverEntered?.verdict ??
      (position === -1 ? verdictText(path, topology) : `ad ${adId} was shown at position ${position}`),
    fate: position === -1 ? path.fate : "shown",
    reason: reason === undefined ? null : reasonFacts(reason),
    steps: path.steps.map((step) => {
      const { name = "", owner = "" } = topology.nodes[step.nodeIndex] ?? {};
      const drop = step.fate === "dropped" ? step.drop : undefined;
      return {
        node: name,
        owner,
        fate: step.fate,
        reason: drop?.reason ?? null,
        threshold: drop?.threshold ?? null,
        value: drop?.value ?? null,
      };
    }),
    ranked: rankedFacts(run, adId),
    position: position === -1 ? null : position,
  };
}

/** Retrieval keeps no list of what it did not find; the index still knows the ad. */
function whyNeverEntered(
  { marketplace }: AdMixer,
  adId: AdId,
): { readonly reason: DropReason; readonly verdict: string } {
  const answer = marketplace.index.current().forwardColumns({ ids: IdColumn.from([adId]), columns: [] });
  return answer.missingCount === 1
    ? { reason: "not_indexed", verdict: `ad ${adId} is not in the index` }
    : {
        reason: "retrieval_missed",
        verdict: `ad ${adId} is in the index, but no source retrieved it: its targeting does not match, or better ones filled the width`,
      };
}

function reasonFacts(name: string): AdExplanation["reason"] {
  const facts = DROP_REASON_FACTS[name as DropReason] as (typeof DROP_REASON_FACTS)[DropReason] | undefined;
  return facts === undefined ? { name, meaning: "", actor: "", openRtbCode: null } : { name, ...facts };
}

function rankedFacts({ featureLog }: KeptRun, adId: AdId): AdExplanation["ranked"] {
  if (featureLog === undefined) return null;
  const { rank, clickProbability, ecpmMicros } = featureLog;
  for (let row = 0; row < rank.adIds.length; row++) {
    if (rank.adIds.at(row) !== adId) continue;
    return {
      clickMargin: rank.scores.margins.at(row),
      clickProbability: clickProbability.at(row),
      ecpmMicros: ecpmMicros.at(row),
    };
  }
  return null;
}
