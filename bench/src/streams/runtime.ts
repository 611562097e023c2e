/** The job on the runtime, as a host runs it: graph, windows, outbox, relay, dead letters, metrics, one run in a hundred checked. */
import type { EventLog } from "@tenon/event-log/api";
import { type Database, openDatabase } from "@tenon/postgres";
import { PostgresTaskStore, type RunningTasks, runTasks } from "@tenon/stream-runtime";
import { countSpend, type Sums } from "./job.ts";

const LOOK_MS = 5;

export interface RuntimeOptions {
  readonly log: EventLog;
  /** An empty database. */
  readonly url: string;
  /** Records per commit; as the task's lane has it when absent. */
  readonly batch?: number | undefined;
}

export interface OpenRuntime {
  readonly database: Database;
  start(): Promise<RunningTasks>;
  close(): Promise<void>;
}

export async function openRuntime({ log, url, batch }: RuntimeOptions): Promise<OpenRuntime> {
  const database = await openDatabase({ url, connectionsMax: 8 });
  const store = new PostgresTaskStore({ database });
  const window = { events: "number", spendMicros: "number" } as const;
  await store.prepare([{ name: countSpend.name, source: countSpend.source.name, window }]);
  const bounds = batch === undefined ? undefined : { recordsMin: batch, recordsMax: batch, bytesMax: 8 * 2 ** 20 };
  return {
    database,
    start: () =>
      runTasks({
        ...{ tasks: [countSpend], log, store, owner: "bench" },
        ...(bounds !== undefined && { batch: { high: bounds } }),
        onHalted: (_, error) => {
          throw error;
        },
      }),
    close: () => database.close(),
  };
}

/** Resolves when so many events are committed and what they made is in the log. */
export async function untilCounted(running: RunningTasks, events: number): Promise<void> {
  const isDone = () => {
    let [counted, pending] = [0, 0];
    for (const metrics of running.metrics) {
      counted += metrics.events;
      pending += metrics.outboxPending;
    }
    return counted >= events && pending === 0;
  };
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

/** What the window table says. */
export async function storedSums(database: Database): Promise<Sums> {
  const [sums] = await database.query<Sums>(
    `select count(*)::float8 as rows, sum(events)::float8 as events, sum(spend_micros)::float8 as "spendMicros"
      from stream_window_count_spend`,
  );
  return sums as Sums;
}
