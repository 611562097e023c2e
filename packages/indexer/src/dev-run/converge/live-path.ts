/**
 * Recorded changes through the handlers as a host runs them: the real pump, claims, transactions and relay, over the repository and
 * the log in memory, on a clock that only moves when nothing is left to do.
 */
import type { IndexingAnswer } from "@tenon/dev-run/report";
import { deadLetterTopicOf } from "@tenon/event-log/api";
import { NO_FAULTS, SimulatedCluster, VirtualClock } from "@tenon/event-log/simulation";
import type { Binding } from "@tenon/graph-core";
import { IndexDeltas } from "@tenon/nodes";
import type { AnyEntity, Key } from "@tenon/storage-repo/api";
import { ModelRepo, type ModelTransaction } from "@tenon/storage-repo/model";
import { type Handler, MemoryWorkStore, runHandlers } from "@tenon/stream-runtime";
import type { z } from "zod";
import type { RecordedChange } from "./recorded-changes.ts";

export type IndexDelta = z.infer<typeof IndexDeltas.schema>;

/** What one change of rows cost until nothing was left to do. Who reads whom is said by the handlers, not by a run of them. */
type ChangeCost = Omit<IndexingAnswer["costs"][number], "chain">;

export interface LivePath {
  readonly repo: ModelRepo;
  /** The first change loads everything; it stands in the list like the others. */
  readonly costs: readonly ChangeCost[];
  /** In the order of the topic. */
  readonly deltas: readonly IndexDelta[];
  /** Work that was put aside, with the reason. */
  readonly parked: readonly { readonly handler: string; readonly key: Key; readonly reason: string }[];
}

export interface LivePathOptions {
  readonly handlers: readonly Handler[];
  readonly entities: readonly AnyEntity[];
  readonly resources: Readonly<Record<string, Binding>>;
  /** Time of every run, ms since 1970: that of the recordings. */
  readonly startMs: number;
}

const LOOK_MS = 200;
/** Looks in a row that find nothing to do: a change takes a moment from the rows to the feed. */
const QUIET_LOOKS = 3;
const SETTLE_MS_MAX = 600_000;
const LEASE_MS = 60_000;

export async function livePath(changes: readonly RecordedChange[], options: LivePathOptions): Promise<LivePath> {
  const { handlers, entities, resources, startMs } = options;
  const clock = new VirtualClock(startMs);
  const log = new SimulatedCluster({ seed: 1, clock, faults: NO_FAULTS }).open();
  await log.createTopics([IndexDeltas, deadLetterTopicOf(IndexDeltas)]);
  const repo = new ModelRepo(entities, { nowMs: clock.nowMs });
  const work = new MemoryWorkStore<ModelTransaction>((each, transaction) => repo.transaction(each, transaction), clock);
  const producer = producers(handlers);
  const teller = handlers.find(({ sinks }) => Object.keys(sinks).length > 0)?.graph.name ?? "";
  let [runs, writes]: [Counts, Counts] = [{}, {}];
  const counted: Pick<ModelRepo, "readWithin" | "write"> = {
    readWithin: (tx, reads) => repo.readWithin(tx, reads),
    write: async (tx, writeSet, how) => {
      const result = await repo.write(tx, writeSet, how);
      for (const { entity, group } of result.changes) count(writes, producer.get(`${entity}.${group}`) ?? entity);
      return result;
    },
  };
  const running = await runHandlers({
    ...{ handlers, repo: counted, feed: repo.feed, cursors: repo.cursors, store: work, log, clock, resources },
    ...{ consumer: "report", owner: "report", checkedShare: 0, leaseMs: LEASE_MS, pumpLeaseMs: LEASE_MS },
    onRun: ({ executor }) => {
      count(runs, executor.graphName);
    },
  });
  const isQuiet = async () => (await work.status()).every(({ waiting }) => waiting === 0);
  const costs: ChangeCost[] = [];
  const deltas: IndexDelta[] = [];
  let next = 0;
  for (const { kind, writes: rows } of changes) {
    [runs, writes] = [{}, {}];
    await repo.transaction(async (tx) => {
      await tx.write(
        rows.map(({ entity, group, key, version, columns }) => ({
          ...{ kind: "group", entity, group },
          writes: [{ key, version, columns: { ...blank(group.columns), ...columns } }],
        })),
      );
    });
    for (let quiet = 0, waitedMs = 0; quiet < QUIET_LOOKS; waitedMs += LOOK_MS) {
      if (waitedMs > SETTLE_MS_MAX) throw new Error(`handlers do not come to rest after change "${kind}"`);
      await clock.runFor(LOOK_MS);
      quiet = (await isQuiet()) ? quiet + 1 : 0;
    }
    const [partition] = await log.offsets(IndexDeltas.name);
    const end = partition?.end ?? 0;
    let messageBytes = 0;
    const reader = await log.read({ topic: IndexDeltas.name, partition: 0, fromOffset: next });
    const before = next;
    while (next < end) {
      const records = await reader.pull({ recordsMax: 1_000, bytesMax: 2 ** 24, waitMs: 0 });
      if (records.length === 0) break;
      for (const record of records) {
        messageBytes += record.value?.length ?? 0;
        deltas.push(JSON.parse(new TextDecoder().decode(record.value)) as IndexDelta);
        next = record.offset + 1;
      }
    }
    await reader.close();
    const messages = next - before;
    costs.push({ kind, runs, writes, sent: messages === 0 ? {} : { [teller]: messages }, messages, messageBytes });
  }
  const parked = (await work.parked()).map(({ handler, key, reason }) => ({ handler, key, reason }));
  const stopping = running.stop();
  await clock.runFor(LEASE_MS);
  await stopping;
  return { repo, costs, deltas, parked };
}

type Counts = Record<string, number>;

function count(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** `entity.group` → the graph that produces it. */
function producers(handlers: readonly Handler[]): ReadonlyMap<string, string> {
  return new Map(
    handlers.flatMap(({ graph, produces }) =>
      produces.flatMap(({ entity, groups }) => groups.map((group) => [`${entity.name}.${group}`, graph.name] as const)),
    ),
  );
}

/** Columns that no recorded run read. */
function blank(columns: readonly { readonly name: string }[]): Readonly<Record<string, null>> {
  return Object.fromEntries(columns.map(({ name }) => [name, null]));
}
