/**
 * Marks ads as updated: their handlers run again in the low lane, so that what is asked of outside services is asked anew, and what a
 * bad release has written is written again.
 *
 * X1 A run claims its item after every run before it, and writes at the number of its claim: what a refresh leads to is newer than
 *    what is stored, however it was written.
 */
import { type HostClock, systemClock } from "@tenon/graph-core";
import { AdRow } from "@tenon/nodes";
import type { PostgresRepo } from "@tenon/storage-repo";
import type { Handler, PostgresWorkStore } from "@tenon/stream-runtime";
import { familiesOf } from "../document-sync/handler-family.ts";
import { namesOption } from "../workflows/read-options.ts";
import type { JsonRecord, RunContext, Workflow } from "../workflows/workflow.ts";
import { LowLane } from "./low-lane.ts";
import { Selection } from "./selection.ts";

export interface RefreshOptions {
  readonly repo: PostgresRepo;
  readonly work: PostgresWorkStore;
  readonly handlers: readonly Handler[];
  /** Cron, UTC; null: by command only. Default weekly, Sundays at 2:10. */
  readonly schedule?: string | null;
  /** Ads of one step. */
  readonly adsPerSlice?: number;
  /** Work items that may wait in the low lane before nobody adds to it. */
  readonly lowWaitingMax?: number;
  readonly clock?: HostClock;
}

const SCHEDULE = "10 2 * * 0";
const ADS_PER_SLICE = 500;

interface Progress {
  readonly after: number;
  readonly ads: number;
}

export function refresh(options: RefreshOptions): Workflow {
  const { schedule = SCHEDULE } = options;
  return {
    name: "refresh",
    owner: "ads-indexing",
    purpose: "has handlers derive ads again, so that what they ask outside services for is asked anew",
    schedule,
    options: {
      ads: "only these ads, with commas between them",
      campaigns: "only ads of these campaigns",
      advertisers: "only ads of these advertisers",
      where: 'only ads whose stored document holds these values: {"landing.state": "unknown"}',
      handlers: "only these handlers; all that derive ads if absent",
    },
    run: (context) => run(options, context),
  };
}

async function run(options: RefreshOptions, context: RunContext): Promise<JsonRecord> {
  const { repo, work, clock = systemClock, lowWaitingMax: waitingMax, adsPerSlice: adsMax = ADS_PER_SLICE } = options;
  const ofAds = familiesOf(options.handlers).find(({ entity }) => entity === AdRow)?.handlers ?? [];
  const known = ofAds.map(({ name }) => name);
  const handlers = namesOption(context.options, "handlers", known);
  const selection = new Selection(context.options);
  const lane = new LowLane({ work, clock, signal: context.signal, waitingMax });
  const saved = context.saved as unknown as Progress | undefined;
  let { after, ads } = saved ?? { after: 0, ads: 0 };
  for (;;) {
    context.signal.throwIfAborted();
    const slice = await repo.read(selection.reads, (snapshot) => selection.next(snapshot, { after, adsMax }));
    await lane.ask(handlers, slice.ads);
    ads += slice.ads.length;
    if (slice.last === undefined) return { ads, handlers, items: ads * handlers.length };
    after = slice.last;
    await context.step({ done: ads, saved: { after, ads } });
  }
}
