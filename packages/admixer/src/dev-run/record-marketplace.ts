/** Runs of the committed marketplace, recorded in this process: requests of stand-ins over some days. */
import type { AdmittedRequest, Arms } from "@tenon/ads-model";
import { type CorpusHeader, corpusGraphOf, type MadeEntry, type RecordedEntry, recordEntry } from "@tenon/dev-run";
import { bind, F64Column, U8Column, type ValueOf } from "@tenon/graph-core";
import { MARKETPLACE_NOW_MS } from "@tenon/marketplace";
import { type InsertionEvents, type PacingState, PacingStateResource, STATE_KNOWN } from "@tenon/nodes";
import { admitRequest } from "../host/admit-request.ts";
import { expectedCostMicros } from "../host/insertion-book.ts";
import { servingPlan } from "../host/serving-plan.ts";
import { type ClickModels, loadClickModels } from "../resources/click-models.ts";
import { openMarketplace, type ServedAds } from "../resources/open-marketplace.ts";
import { POLICIES, type Policies } from "../resources/policies.ts";
import { UserActionsTable } from "../resources/user-actions-table.ts";
import { nextInLine } from "./row-reads.ts";
import { bindingsOf, recordingExecutor } from "./serving-executor.ts";
import { stratumOf } from "./serving-strata.ts";
import { StandInPeople } from "./stand-in-people.ts";

export interface MarketplaceRuns {
  /** 32-bit seed of campaigns, users and requests. */
  readonly seed: number;
  readonly adsMax: number;
  /** Few users make many requests each, which is what brings frequency caps about. */
  readonly usersCount: number;
  /** Requests that are run. */
  readonly requests: number;
  readonly models?: ClickModels;
  readonly policies?: Policies;
}

export interface RecordedMarketplace {
  readonly header: CorpusHeader;
  /** Every run, in the order of its time; what it inserted is seen, clicked and charged before the next. */
  readonly runs: () => AsyncGenerator<MadeEntry & { readonly entry: RecordedEntry }>;
}

const DAY_MS = 86_400_000;
/** One request in so many is shed, and one in so many has lost a node: paths that are rare while all is well. */
const SHED_EVERY = 9;
const DEGRADED_EVERY = 13;
/** Load-shedding quality of a shed request. */
const SHED_QUALITY = 0.1;
/** Share of requests in which a paced campaign takes part. */
const PASS_RATE = 0.8;
/** A day of a few hundred requests stands for one of many: each insertion costs so many. */
const SPEND_FACTOR = 300;
const NO_ARMS: Arms = Object.freeze({ assignments: {}, parameters: {} });
/** Of stand-ins of made-up users nothing has to be kept secret; a fixed key makes the same corpus again. */
const KEY = "marketplace";

/** Opens the marketplace: one to three seconds. Every stretch of requests is one day. */
export function recordMarketplace(options: MarketplaceRuns): RecordedMarketplace {
  const { seed, adsMax, usersCount, requests: count } = options;
  const pinned = { models: options.models ?? loadClickModels(), policies: options.policies ?? POLICIES };
  let nowMs = MARKETPLACE_NOW_MS;
  const marketplace = openMarketplace({ seed, adsMax, usersCount, pseudonymKey: KEY, nowMs: () => nowMs });
  const people = new StandInPeople(marketplace.catalogue, KEY);
  const actions = new UserActionsTable(marketplace.parentsOf, () => nowMs);
  const executor = recordingExecutor(
    pacedAds(marketplace, () => nowMs),
    pinned,
    { people, actions },
  );

  async function* runs() {
    const degradable = servingPlan.nodes.filter((node) => node.degradable).map(({ wired }) => wired.name);
    for (const [at, body] of marketplace.sampleRequests({ seed, count, durationMs: DAY_MS }).entries()) {
      nowMs = body.timestampMs ?? nowMs;
      const request = people.requestOf(admitRequest(body));
      const made = await recordEntry(
        executor,
        { adRequest: request, arms: NO_ARMS },
        {
          host: "admixer",
          recordedAtMs: nowMs,
          stratumOf: (ctx, answer) => stratumOf(request, ctx, answer),
          alsoRead: nextInLine,
        },
        {
          requestId: request.requestId,
          nowMs,
          quality: at % SHED_EVERY === 4 ? SHED_QUALITY : 1,
          switchedOff: at % DEGRADED_EVERY === 6 ? [degradable[at % degradable.length] as string] : [],
        },
      );
      see(request, (made.answer?.insertionEvents ?? []) as ValueOf<typeof InsertionEvents>);
      yield made;
    }
  }

  let seen = 0;
  /** Later requests meet the counts and budgets that earlier ones left. */
  function see({ userId }: AdmittedRequest, events: ValueOf<typeof InsertionEvents>): void {
    for (const event of events) {
      const { adId, insertionId, campaignId, atMs } = event;
      const costMicros = expectedCostMicros(event) * SPEND_FACTOR;
      marketplace.budgets.insert(insertionId, campaignId, costMicros);
      // Every second insertion is seen and billed; the rest is still out.
      if (seen++ % 2 === 0) marketplace.budgets.charge(insertionId, campaignId, costMicros);
      if (userId === undefined) continue;
      actions.record({ eventId: insertionId, userId, adId, kind: "impression", atMs, insertionId });
    }
  }

  return {
    header: {
      name: "serving",
      madeBy: `marketplace, seed ${seed}, ${adsMax} ads, ${usersCount} users, ${count} requests`,
      madeAtMs: MARKETPLACE_NOW_MS,
      graphs: [corpusGraphOf(executor)],
      bindings: bindingsOf(marketplace, pinned),
    },
    runs,
  };
}

/** The pacer at work; the marketplace itself lets everybody take part. */
function pacedAds(marketplace: ServedAds, nowMs: () => number): ServedAds {
  const pacing: PacingState = {
    ratesOf: ({ campaignIds: { length } }) => ({
      status: U8Column.fill(length, () => STATE_KNOWN),
      asOfMs: nowMs(),
      passRate: F64Column.fill(length, () => PASS_RATE),
    }),
  };
  const bound = bind(PacingStateResource, { value: pacing });
  return {
    ...marketplace,
    bindings: (models, policies) => ({ ...marketplace.bindings(models, policies), pacingState: bound }),
  };
}
