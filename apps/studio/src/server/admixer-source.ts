/** The runs of a serving host in this process. Personal data is left out here, before anything is made of a run. */
import { type AdMixer, isLoggedAsScored, type KeptRun, redacted } from "@tenon/admixer";
import { type AdId, AdRequest, DROP_REASON_FACTS, type DropReason } from "@tenon/ads-model";
import { IdColumn, type Topology, topologyHash } from "@tenon/graph-core";
import { runDocument } from "../data/build/run-document.ts";
import type { RunDocument, ShownAd } from "../data/run-document.ts";
import { liveSampler } from "./live-samples.ts";
import { RepeatedRuns } from "./repeated-runs.ts";
import type { StudioSource } from "./studio-source.ts";

/** Ads of a run whose brand and objective are looked up: those shown, then the best scored. */
const RECORDS_MAX = 64;
/** Longest look for them, ms: a name is a nicety. */
const RECORDS_MS_MAX = 250;

export interface AdMixerSourceOptions {
  /** Every graph of the project; that of the host is added where it is missing. */
  readonly graphs: readonly Topology[];
  readonly root?: string | undefined;
  readonly more?: Partial<Pick<StudioSource, "document" | "lineage" | "whatIf" | "reports">> | undefined;
  /** What waits in the pipeline, where there is one. */
  readonly pipeline?: Parameters<typeof liveSampler>[1] | undefined;
}

export function adMixerSource(
  host: AdMixer,
  { graphs, root, more, pipeline }: AdMixerSourceOptions,
): StudioSource & { stop(): void } {
  const made = new WeakMap<KeptRun, Promise<RunDocument>>();
  const repeated = new RepeatedRuns(host);
  const live = liveSampler(host, pipeline);
  const own = topologyHash(host.topology);
  const others = graphs.filter((topology) => topologyHash(topology) !== own);
  return {
    graphs: [host.topology, ...others],
    root,
    runIds: () => host.kept.ids(),
    run: async (requestId) => {
      const kept = host.kept.get(requestId);
      if (kept === undefined) return undefined;
      const known = made.get(kept) ?? documentOf(host, kept);
      made.set(kept, known);
      return known;
    },
    values: (requestId, node, adId) => repeated.values(requestId, node, adId),
    whyNeverEntered: (adId) => whyNeverEntered(host, adId as AdId),
    live: live.document,
    stop: live.stop,
    ...more,
  };
}

async function documentOf(host: AdMixer, run: KeptRun): Promise<RunDocument> {
  const { request, trace, ledger, response, featureLog } = run;
  const scores = scoresOf(run);
  const shownIds = (response?.positions ?? []).flatMap((each) => (each.kind === "ad" ? [each.adId as number] : []));
  const records = await recordsOf(host, shownIds, scores);
  const shown = (response?.positions ?? []).flatMap((each, position): readonly ShownAd[] =>
    each.kind !== "ad"
      ? []
      : [
          {
            ...{ adId: each.adId, position, brand: each.brand, title: each.title },
            ...{ chargedPriceMicros: each.chargedPriceMicros, chargedPer: each.chargedPer, reason: each.reason },
            objective: records.get(each.adId)?.objective ?? null,
          },
        ],
  );
  return runDocument({
    ...{ topology: host.topology, trace, ledger, shown, scores },
    request: redacted(AdRequest, request) as Readonly<Record<string, unknown>>,
    indexVersion: featureLog?.indexVersion ?? null,
    versions:
      featureLog === undefined
        ? {}
        : {
            index: featureLog.indexVersion,
            embeddings: featureLog.embeddingVersion,
            calibrators: featureLog.calibratorsVersion,
            auctionPolicy: featureLog.auctionPolicyVersion,
          },
    brands: new Map([...records].map(([adId, { brand }]) => [adId, brand])),
    loggedAsScored: featureLog === undefined ? null : isLoggedAsScored(featureLog),
    meaningOf: (reason) =>
      DROP_REASON_FACTS[reason as DropReason] as (typeof DROP_REASON_FACTS)[DropReason] | undefined,
  });
}

function scoresOf({ featureLog }: KeptRun): ReadonlyMap<number, { clickProbability: number; ecpmMicros: number }> {
  const scores = new Map<number, { clickProbability: number; ecpmMicros: number }>();
  if (featureLog === undefined) return scores;
  const { rank, clickProbability, ecpmMicros } = featureLog;
  for (let row = 0; row < rank.adIds.length; row++)
    scores.set(rank.adIds.at(row), { clickProbability: clickProbability.at(row), ecpmMicros: ecpmMicros.at(row) });
  return scores;
}

interface AdRecord {
  readonly brand: string;
  readonly objective: string;
}

async function recordsOf(
  { marketplace }: AdMixer,
  shown: readonly number[],
  scores: ReadonlyMap<number, { readonly ecpmMicros: number }>,
): Promise<ReadonlyMap<number, AdRecord>> {
  const best = [...scores].toSorted(([, one], [, other]) => other.ecpmMicros - one.ecpmMicros).map(([adId]) => adId);
  const wanted = [...new Set([...shown, ...best])].slice(0, RECORDS_MAX);
  if (wanted.length === 0) return new Map();
  try {
    const index = marketplace.index.current();
    const { found } = await index.forwardRecords(IdColumn.from(wanted), AbortSignal.timeout(RECORDS_MS_MAX));
    return new Map(found.map(({ adId, brand, objective }) => [adId, { brand, objective }]));
  } catch {
    // A name is a nicety: without it the id stands alone.
    return new Map();
  }
}

function whyNeverEntered({ marketplace }: AdMixer, adId: AdId): string {
  const answer = marketplace.index.current().forwardColumns({ ids: IdColumn.from([adId]), columns: [] });
  return answer.missingCount === 1
    ? `Ad ${adId} is not in the index.`
    : `Ad ${adId} is in the index, but no source retrieved it: its targeting does not match, or better ones filled the width.`;
}
