/**
 * Training rows, collected the way they will be served: the request path itself runs up to the frozen features, and what
 * is logged there is what models are trained on. Which ads are shown is drawn at random, so that no earlier model decides
 * what the next one may learn; clicks follow the marketplace's stated truth and are synthetic.
 */
import { type AdmittedRequest, AdRequest, Arms, type UserId, type UserProfile } from "@tenon/ads-model";
import {
  type CandidateBatch,
  compileGraph,
  createExecutor,
  drop,
  type FeatureSnapshot,
  filter,
  type Graph,
  graph,
  RESPOND_END,
  topologyOf,
} from "@tenon/graph-core";
import { adRequest } from "@tenon/graphs";
import { clickContexts, clickTruth, simulateClicks } from "@tenon/marketplace";
import { selectRows, type TrainingData, trainingData } from "@tenon/model-serving";
import * as nodes from "@tenon/nodes";
import { openMarketplace } from "../src/resources/open-marketplace.ts";
import { POLICIES } from "../src/resources/policies.ts";

/** Ads shown per request of the training traffic. */
const SHOWN_MAX = 10;
/** Users who come back often enough to tire of ads. */
const USERS = 400;
/** Training traffic is spread over this many days. */
const DAYS = 20;
const DAY_MS = 86_400_000;
/** How often a shown ad is seen again elsewhere, at most: makes fatigue visible in the rows. */
const SEEN_AGAIN_MAX = 4;

/** Keeps a random few of the candidates, where serving keeps the best by the light model. */
const sampleForTraining = filter({
  owner: "ads-ranking",
  purpose: "draws the ads that training traffic shows",
  of: nodes.PacedAds,
  kept: nodes.TrimmedAds,
  run: ({ pacedAds }, { random }) => {
    const share = SHOWN_MAX / Math.max(SHOWN_MAX, pacedAds.size);
    return (row) => (random("training", pacedAds.ids.at(row)) < share ? undefined : drop("l1_trimmed"));
  },
});

const { trimCandidates: _, ...untrimmed } = adRequest.nodes;
const RESPOND = [nodes.PacedAds, nodes.LightFeatures, nodes.TrimmedAds, nodes.RankFeatures] as const;

/** The serving graph with another trim; of its nodes those that the frozen features need, so that it cannot fall behind. */
const trainingTraffic = graph({
  name: "training-traffic",
  owner: "ads-ranking",
  purpose: "the request path up to the frozen features, showing random candidates",
  request: [AdRequest, Arms],
  nodes: neededFor({ ...adRequest, nodes: { ...untrimmed, sampleForTraining }, respond: RESPOND }),
  respond: RESPOND,
});

/** Nodes that a respond slot waits for, directly or through others, in their order. */
function neededFor(whole: Graph): Graph["nodes"] {
  const { edges } = topologyOf(whole);
  const needed = new Set<string>([RESPOND_END]);
  // A set hands out what is added while it is walked.
  for (const name of needed) for (const { from, to } of edges) if (to === name) needed.add(from);
  return Object.fromEntries(Object.entries(whole.nodes).filter(([name]) => needed.has(name)));
}

export interface ClickRows {
  readonly light: TrainingData;
  readonly rank: TrainingData;
  readonly surfaces: readonly string[];
  /** Number of the request of every row. */
  readonly groups: Int32Array;
  /** True log-odds of every row. */
  readonly truth: Float64Array;
}

interface Shown {
  readonly batch: CandidateBatch;
  readonly light: FeatureSnapshot;
  readonly paced: CandidateBatch;
}

/** Runs `requests` requests of training traffic. Deterministic in the seed. */
export async function collectClickRows(options: {
  readonly seed: number;
  readonly requests: number;
  readonly adsMax?: number;
}): Promise<ClickRows> {
  const { seed, requests: count } = options;
  const startAtMs = Date.UTC(2026, 8, 21);
  let nowMs = startAtMs;
  const market = openMarketplace({
    seed,
    adsMax: options.adsMax,
    usersCount: USERS,
    pseudonymKey: "training",
    nowMs: () => nowMs,
  });
  const executor = createExecutor(compileGraph(trainingTraffic), {
    resources: market.dataBindings(POLICIES),
    checkedShare: 0,
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs, after: () => () => {} },
  });
  const requests = market.sampleRequests({ seed, count, startAtMs, durationMs: DAYS * DAY_MS });
  const profiles = new Map<string, UserProfile>(market.users.map((user) => [user.userId, user]));
  const contextsOf = clickContexts(market.catalogue);

  const rankSnapshots: FeatureSnapshot[] = [];
  const lightSnapshots: FeatureSnapshot[] = [];
  const lightRows: number[] = [];
  const labels: number[] = [];
  const surfaces: string[] = [];
  const groups: number[] = [];
  const truth: number[] = [];
  let lightStart = 0;

  for (const [group, body] of requests.entries()) {
    nowMs = body.timestampMs ?? nowMs;
    const request = { ...body, requestId: body.requestId ?? `training-${group}` } as AdmittedRequest;
    const ctx = executor.begin({ requestId: request.requestId, nowMs });
    const answer = await executor.execute({ adRequest: request, arms: { assignments: {}, parameters: {} } }, ctx);
    const { pacedAds, lightFeatures, trimmedAds, rankFeatures } = answer;
    if (trimmedAds.size === 0) continue;
    const user = request.userId === undefined ? null : (profiles.get(request.userId) ?? null);
    const clicked = show({ batch: trimmedAds, light: lightFeatures, paced: pacedAds }, request, user, group);
    rankSnapshots.push(rankFeatures);
    lightSnapshots.push(lightFeatures);
    for (let row = 0; row < trimmedAds.size; row++)
      lightRows.push(lightStart + pacedAds.rowOfId(trimmedAds.ids.at(row)));
    lightStart += lightFeatures.rowCount;
    labels.push(...clicked.map(Number));
  }
  const everyLight = trainingData(lightSnapshots, new Uint8Array(lightStart));
  const light = { ...selectRows(everyLight, lightRows), labels: Uint8Array.from(labels) };
  return {
    light,
    rank: trainingData(rankSnapshots, labels),
    surfaces,
    groups: Int32Array.from(groups),
    truth: Float64Array.from(truth),
  };

  /** Shows the batch in a drawn order, draws its clicks by the truth and counts what the user saw. */
  function show({ batch }: Shown, request: AdmittedRequest, user: UserProfile | null, group: number): boolean[] {
    const contextOf = contextsOf(request, user);
    const trials = Array.from({ length: batch.size }, (_, row) => {
      const adId = batch.ids.at(row) as never;
      const seen = user === null ? 0 : market.actions.impressionsOf(user.userId as UserId, adId);
      const { margin, probability } = clickTruth(
        contextOf({
          document: market.documents.get(adId) as never,
          embedding: market.vectorOf(adId) as Float32Array,
          position: row,
          impressionsSeen: seen as never,
        }),
      );
      truth.push(margin);
      surfaces.push(request.surface);
      groups.push(group);
      return { requestId: request.requestId, adId, probability };
    });
    const clicked = simulateClicks(trials, { seed });
    if (user !== null) {
      trials.forEach(({ adId }, row) => {
        const again = 1 + ((group * 7 + row * 13) % SEEN_AGAIN_MAX);
        for (let time = 0; time < again; time++) remember("impression", `${request.requestId}-${row}-${time}`, adId);
        if (clicked[row]) remember("click", `${request.requestId}-${row}-click`, adId);
      });
    }
    return clicked;

    function remember(kind: "impression" | "click", eventId: string, adId: never): void {
      market.actions.record({
        eventId,
        userId: (user as UserProfile).userId as UserId,
        adId,
        kind,
        atMs: nowMs,
        insertionId: eventId,
      });
    }
  }
}
