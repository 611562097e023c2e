/** What waits before each stop of the pipeline, and what holds it up, by the names of {@link pipelineTopology}. Reads only. */
import { slotState } from "@tenon/postgres/replication";
import { feedConsumers } from "@tenon/storage-repo";
import { PostgresOperations, type TaskStatus, workByHandler, workWaiting } from "@tenon/stream-runtime";
import { ARGUS_CONSUMER } from "../host/argus-role.ts";
import type { IndexerStores } from "../host/open-stores.ts";
import { PIPELINE_STOPS, type PipelineParts } from "./pipeline-topology.ts";

export interface StopLag {
  readonly name: string;
  /** The graph that runs there, where one does. */
  readonly graph: string | null;
  /** Of `unit`, before it. */
  readonly waiting: number;
  readonly unit: "bytes" | "records" | "batches" | "items" | "messages";
  /** Since the oldest of them came, ms; null where nobody keeps that. */
  readonly oldestMs: number | null;
  /** Put aside: no waiting ends that. */
  readonly parked: number;
  /** Messages that it made and the log has not taken: what is behind it holds it up. */
  readonly heldUp: number;
  readonly paused: boolean;
  /** No earlier event is expected, ms since 1970; null before the first. */
  readonly watermarkMs: number | null;
}

type LagStores = Pick<IndexerStores, "settings" | "database" | "adsDatabase" | "log">;

const REST = { graph: null, oldestMs: null, parked: 0, heldUp: 0, paused: false, watermarkMs: null } as const;

export async function pipelineLag(stores: LagStores, { tasks, handlers }: PipelineParts): Promise<readonly StopLag[]> {
  const { database, adsDatabase, settings, log } = stores;
  const { slot, now } = await slotState(adsDatabase, settings.slot);
  const status = await new PostgresOperations(database).status();
  const lags: StopLag[] = [
    {
      ...REST,
      name: PIPELINE_STOPS.changeLog,
      unit: "bytes",
      waiting: slot === undefined ? 0 : Number(now - slot.confirmed),
    },
  ];
  for (const { name, source, graph } of tasks) {
    const ends = await log.offsets(source.name);
    lags.push(taskLag(name, graph.name, { ends, own: status.filter(({ task }) => task === name) }));
  }
  const consumer = (await feedConsumers(database)).find((each) => each.consumer === ARGUS_CONSUMER);
  lags.push({
    ...{ ...REST, name: PIPELINE_STOPS.changeFeed, unit: "batches", waiting: consumer?.behind ?? 0 },
    oldestMs: consumer === undefined || consumer.behind === 0 ? null : consumer.behindMs,
  });
  const work = Map.groupBy(await workByHandler(database), ({ handler }) => handler);
  for (const { name, graph } of handlers) {
    const own = work.get(name) ?? [];
    const ages = own.flatMap(({ oldestMs }) => oldestMs ?? []);
    lags.push({
      ...{ ...REST, name, graph: graph.name, unit: "items", waiting: sum(own.map(({ waiting }) => waiting)) },
      ...{ parked: sum(own.map(({ parked }) => parked)), oldestMs: ages.length === 0 ? null : Math.max(...ages) },
    });
  }
  const { messages } = await workWaiting(database);
  lags.push({ ...REST, name: PIPELINE_STOPS.publishing, unit: "messages", waiting: messages });
  return lags;
}

interface TaskFacts {
  readonly ends: readonly { readonly partition: number; readonly earliest: number; readonly end: number }[];
  readonly own: readonly TaskStatus[];
}

function taskLag(name: string, graph: string, { ends, own }: TaskFacts): StopLag {
  const nextOf = (partition: number) => own.find((each) => each.partition === partition)?.next ?? 0;
  const watermarks = own.flatMap(({ watermarkMs }) => (Number.isFinite(watermarkMs) ? [watermarkMs] : []));
  return {
    ...{ ...REST, name, graph, unit: "records" },
    waiting: sum(ends.map(({ partition, earliest, end }) => Math.max(0, end - Math.max(earliest, nextOf(partition))))),
    parked: sum(own.map(({ parked }) => parked)),
    heldUp: sum(own.map(({ outboxPending }) => outboxPending)),
    paused: own.some(({ paused }) => paused),
    watermarkMs: watermarks.length === 0 ? null : Math.min(...watermarks),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
