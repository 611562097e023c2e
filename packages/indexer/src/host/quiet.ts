/**
 * Whether the pipeline has anything left to do, stage by stage.
 *
 * Q1 Work moves only downstream, and each stage is looked at after the one before it was. So what had committed at the source before
 *    a look is through when the look finds nothing, even while newer changes are under way.
 * Q2 Each hop commits what it took with what it made: between two stages nothing is out of sight. Feed, work and messages of
 *    handlers feed each other, so they are looked at in one snapshot.
 */
import { positionAfterAll, positionStored } from "@tenon/ads-database";
import { type HostClock, systemClock } from "@tenon/graph-core";
import { IndexDeltas } from "@tenon/nodes";
import { feedConsumers } from "@tenon/storage-repo";
import { PostgresOperations, type Task, workWaiting } from "@tenon/stream-runtime";
import { indexerError } from "../indexer-error.ts";
import { ARGUS_CONSUMER } from "./argus-role.ts";
import { GATEWAY_TASKS } from "./gateway-role.ts";
import type { IndexerStores } from "./open-stores.ts";
import { UPDATER_TASKS } from "./updater-role.ts";

export interface Backlog {
  readonly stage: "source" | "gateway" | "updater" | "argus" | "publishing";
  /** What waits, for people: "gateway-changes/2", "work items". */
  readonly what: string;
  /** Bytes of the source's log, records, change batches, items or messages: as `what` says. */
  readonly waiting: number;
}

export interface PipelineLook {
  /** What is under way; empty when everything from before the look is through. */
  readonly backlog: readonly Backlog[];
  /** Work items that were put aside, which no waiting ends. */
  readonly parked: number;
  /** A server that has applied `index-deltas` up to this offset has everything, when nothing is under way. */
  readonly deltasEnd: number;
}

type LookStores = Pick<IndexerStores, "settings" | "database" | "adsDatabase" | "log">;

/**
 * @param sourcePosition of `positionAfterAll`: from where on the source does not matter. Absent: what the change log's reader has
 *   not read yet is left out
 */
export async function lookAtPipeline(stores: LookStores, sourcePosition?: bigint): Promise<PipelineLook> {
  const backlog: Backlog[] = [];
  const found = (stage: Backlog["stage"], what: string, waiting: number) => {
    if (waiting > 0) backlog.push({ stage, what, waiting });
  };
  const { adsDatabase, database, settings, log } = stores;
  if (sourcePosition !== undefined) {
    const behind = sourcePosition - (await positionStored(adsDatabase, settings.slot));
    found("source", "bytes of the change log", Number(behind));
  }
  for (const [stage, tasks] of [
    ["gateway", GATEWAY_TASKS],
    ["updater", UPDATER_TASKS],
  ] as const)
    for (const each of await lagOf(stores, tasks)) found(stage, each.what, each.waiting);
  const { consumer, work } = await database.transaction(
    async (tx) => ({
      consumer: (await feedConsumers(tx)).find((each) => each.consumer === ARGUS_CONSUMER),
      work: await workWaiting(tx),
    }),
    { isolation: "repeatableRead", readOnly: true },
  );
  found("argus", "change batches", consumer?.behind ?? 0);
  found("argus", "work items", work.items);
  found("publishing", "messages", work.messages);
  const [deltas] = await log.offsets(IndexDeltas.name);
  return { backlog, parked: work.parked, deltasEnd: deltas?.end ?? 0 };
}

/** Ends are read before offsets: what was in the topic then is behind a task that has passed them and has sent what it made. */
async function lagOf({ log, database }: LookStores, tasks: readonly Task[]) {
  const ends = new Map(
    await Promise.all(tasks.map(async ({ name, source }) => [name, await log.offsets(source.name)] as const)),
  );
  const status = await new PostgresOperations(database).status();
  return tasks.flatMap(({ name }) =>
    (ends.get(name) ?? []).flatMap(({ partition, earliest, end }) => {
      const at = status.find((each) => each.task === name && each.partition === partition);
      return [
        {
          what: `records of ${name}/${partition}`,
          waiting: end > earliest ? end - Math.max(earliest, at?.next ?? 0) : 0,
        },
        { what: `messages of ${name}/${partition}`, waiting: at?.outboxPending ?? 0 },
      ];
    }),
  );
}

export interface UntilQuietOptions {
  /** Longest wait, ms. */
  readonly maxMs: number;
  /** Between two looks, ms. Default 50. */
  readonly lookMs?: number;
  readonly clock?: HostClock;
}

const LOOK_MS = 50;

/**
 * Resolves when everything that had committed at the source before the call is published, with the offset of `index-deltas` up to
 * which a server has to be. Parked items are in the answer: they are not waited for.
 *
 * @throws GraphError TENON1660 with what is still under way when the time is up
 */
export async function untilQuiet(stores: LookStores, options: UntilQuietOptions): Promise<PipelineLook> {
  const { maxMs, lookMs = LOOK_MS, clock = systemClock } = options;
  const untilMs = clock.monotonicMs() + maxMs;
  const position = await positionAfterAll(stores.adsDatabase);
  for (;;) {
    const look = await lookAtPipeline(stores, position);
    if (look.backlog.length === 0) return look;
    if (clock.monotonicMs() >= untilMs)
      throw indexerError("notQuiet", `the pipeline is not through after ${maxMs} ms`, {
        detail: look.backlog.map(({ stage, what, waiting }) => `${stage}: ${waiting} ${what}`).join("; "),
        hint: "see whether a process runs of every role that is named, and its log",
      });
    await new Promise<void>((resolve) => void clock.after(lookMs, resolve));
  }
}
