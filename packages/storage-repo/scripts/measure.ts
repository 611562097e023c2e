/**
 * Figures of the repository on this machine: node --conditions=@tenon/source packages/storage-repo/scripts/measure.ts [seconds]
 * CPU per transaction and bytes hold on a busy machine, times and rates do not.
 */
import {
  makeRawTable,
  measureBulk,
  measureCatchUp,
  measureCommits,
  measureFeedLog,
  measureLatency,
  measureRetries,
  openBench,
} from "../src/testing/index.ts";

async function main(seconds: number): Promise<void> {
  const show = (name: string, figures: unknown) => console.log(name, JSON.stringify(figures));
  const bench = await openBench();
  try {
    await makeRawTable(bench.database);
    for (const connections of [1, 8]) {
      show("commits, without feed", await measureCommits(bench, { connections, seconds, raw: true }));
      show("commits", await measureCommits(bench, { connections, seconds }));
    }
    for (const hot of [10, 100]) {
      for (const invariant of [false, true]) show("retries", await measureRetries(bench, { hot, invariant, seconds }));
    }
    show("log", await measureFeedLog(bench));
    for (const feed of ["slot", "poll"] as const) {
      show("latency", await measureLatency(bench, { feed, perSecond: 1_000, seconds }));
      show("catch-up", await measureCatchUp(bench, { feed, transactions: 20_000 }));
    }
    show("latency", await measureLatency(bench, { feed: "slot", perSecond: 2_000, seconds }));
    show("bulk", await measureBulk(bench));
  } finally {
    await bench.close();
  }
}

await main(Number(process.argv[2] ?? 5));
