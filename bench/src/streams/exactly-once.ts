/** The runtime against the loop by hand, on the same input in memory and the same tables, at fixed sizes of a batch. */
import type { NewRecord } from "@tenon/event-log/api";
import { openDatabase } from "@tenon/postgres";
import { median } from "../harness/interleave.ts";
import { atMost, type Goal, type Part, type Row, rounded } from "../harness/report.ts";
import { openBare } from "./bare-loop.ts";
import { expectedSums, PARTITIONS, requireSums, SpendEvents, spendRecords } from "./job.ts";
import { PreloadedLog } from "./preloaded-log.ts";
import { openRuntime, storedSums, untilCounted } from "./runtime.ts";
import { allMs, type Server, type Spent, spentOn, startServer } from "./server.ts";

export interface ExactlyOnceAmounts {
  readonly rounds: number;
  /** Records per commit → events of a run. */
  readonly batches: Readonly<Record<number, number>>;
}

/** What the whole runtime may cost above the loop. */
const RATIO_MAX = 1.15;

interface Run {
  readonly server: Server;
  readonly events: number;
  readonly batch: number;
  readonly records: readonly NewRecord[];
}

async function onRuntime({ server, events, batch, records }: Run): Promise<Spent> {
  const url = await server.emptyDatabase();
  const log = new PreloadedLog(SpendEvents.name, PARTITIONS, records);
  const runtime = await openRuntime({ log, url, batch });
  log.hold();
  const running = await runtime.start();
  const spent = await spentOn([server.pid], () => {
    log.release();
    return untilCounted(running, events);
  });
  await running.stop();
  requireSums("the runtime", await storedSums(runtime.database), expectedSums(events));
  await runtime.close();
  return spent;
}

async function byHand({ server, events, batch, records }: Run): Promise<Spent> {
  const url = await server.emptyDatabase();
  const log = new PreloadedLog(SpendEvents.name, PARTITIONS, records);
  // For its tables.
  await (await openRuntime({ log, url })).close();
  const database = await openDatabase({ url, connectionsMax: 1 });
  const bare = await openBare({ log, url, batch });
  const spent = await spentOn([server.pid], () => bare.run(log.lengths));
  await bare.close();
  requireSums("the loop by hand", await storedSums(database), expectedSums(events));
  await database.close();
  return spent;
}

export async function exactlyOnce({ rounds, batches }: ExactlyOnceAmounts): Promise<Part> {
  const server = await startServer();
  const goals: Goal[] = [];
  const rows: Row[] = [];
  try {
    for (const [size, events] of Object.entries(batches)) {
      const batch = Number(size);
      const run = { server, events, batch, records: spendRecords(0, events, events) };
      if (goals.length === 0) await warmUp(server, batches);
      const ours: Spent[] = [];
      const bare: Spent[] = [];
      for (let round = 0; round < rounds; round++) {
        if (round % 2 === 0) ours.push(await onRuntime(run));
        bare.push(await byHand(run));
        if (round % 2 === 1) ours.push(await onRuntime(run));
      }
      const ratio = median(ours.map((spent, round) => allMs(spent) / allMs(bare[round] as Spent)));
      const what = `CPU of Node and Postgres, batches of ${batch}: runtime against a loop over pg`;
      goals.push(atMost(`bare.${batch}`, what, ratio, RATIO_MAX));
      rows.push(rowOf("runtime", run, ours), rowOf("loop over pg", run, bare));
    }
  } finally {
    await server.stop();
  }
  return { goals, rows };
}

/** The code per record with the most events of all, and the code per commit with the smallest batches: none is compiled later. */
async function warmUp(server: Server, batches: ExactlyOnceAmounts["batches"]): Promise<void> {
  const sizes = Object.entries(batches);
  for (const [size, events] of [sizes[0], sizes.at(-1)] as [string, number][]) {
    const run = { server, events, batch: Number(size), records: spendRecords(0, events, events) };
    await onRuntime(run);
    await byHand(run);
  }
}

function rowOf(name: string, { batch, events }: Run, spent: readonly Spent[]): Row {
  const micros = (of: (each: Spent) => number) => rounded(median(spent.map((each) => (of(each) * 1_000) / events)));
  return {
    workload: `exactly once, ${name}`,
    batch,
    eventsPerSecond: rounded(median(spent.map(({ seconds }) => events / seconds))),
    cpuMicrosPerEvent: micros(allMs),
    nodeMicros: micros(({ nodeMs }) => nodeMs),
    postgresMicros: micros(({ othersMs }) => othersMs[0] as number),
    events,
    rounds: spent.length,
  };
}
