/** The repository's change feed: what it costs a writer, how late, how fast and how large it is. */
import {
  makeRawTable,
  measureCatchUp,
  measureCommits,
  measureFeedLog,
  measureLatency,
  openBench,
} from "@tenon/storage-repo/testing";
import { median } from "../harness/interleave.ts";
import { atLeast, atMost, type Part, rounded } from "../harness/report.ts";

export interface FeedAmounts {
  readonly rounds: number;
  readonly commitSeconds: number;
  readonly latencySeconds: number;
  readonly catchUpTransactions: number;
}

const CONNECTIONS = 8;
/** Transactions per second at which a feed is late, or not. */
const PACES = [500, 2_000] as const;

export async function feed({ rounds, commitSeconds, latencySeconds, catchUpTransactions }: FeedAmounts): Promise<Part> {
  const bench = await openBench();
  try {
    await makeRawTable(bench.database);
    const commits = { connections: CONNECTIONS, seconds: commitSeconds };
    const bare: Commits[] = [];
    const fed: Commits[] = [];
    for (let round = 0; round < rounds; round++) {
      bare.push(await measureCommits(bench, { ...commits, raw: true }));
      fed.push(await measureCommits(bench, commits));
    }
    const overhead = median(
      fed.map((each, round) => each.serverCpuMsPerCommit / (bare[round]?.serverCpuMsPerCommit ?? Number.NaN) - 1),
    );
    const { bytesOf3Changes, bytesPerFurtherChange } = await measureFeedLog(bench);
    const latencies = [];
    for (const perSecond of PACES)
      latencies.push({
        wanted: perSecond,
        ...(await measureLatency(bench, { feed: "slot", perSecond, seconds: latencySeconds })),
      });
    const caughtUp = await measureCatchUp(bench, { feed: "slot", transactions: catchUpTransactions });
    const polled = await measureCatchUp(bench, { feed: "poll", transactions: catchUpTransactions });
    const fastest = latencies.at(-1);
    if (latencies.some(({ lost }) => lost > 0)) throw new Error("the feed lost a commit");
    return {
      goals: [
        atMost(
          "G2",
          `commit to record p99 ms at ${fastest?.perSecond} of ${fastest?.wanted} transactions/s wanted`,
          fastest?.p99Ms ?? Number.NaN,
          3,
        ),
        atLeast("G3", "changes/s decoded from a backlog", caughtUp.changesPerSecond, 150_000),
        atMost(
          "G4",
          `feed overhead, % of Postgres CPU per transaction, ${CONNECTIONS} connections`,
          overhead * 100,
          25,
        ),
        atMost("G9", "bytes of write-ahead log per transaction of 3 changes", bytesOf3Changes, 400),
        atMost("G9.change", "bytes of write-ahead log per further change", bytesPerFurtherChange, 40),
      ],
      rows: [
        commitRow("commits without the feed", bare),
        commitRow("commits with the feed", fed),
        ...latencies.map(({ wanted, perSecond, p50Ms, p99Ms, maxMs }) => ({
          workload: "commit to change seen",
          wantedPerSecond: wanted,
          transactionsPerSecond: perSecond,
          ...{ p50Ms, p99Ms, maxMs },
        })),
        ...[caughtUp, polled].map((each) => ({ workload: "catch-up of the feed", ...each })),
      ],
    };
  } finally {
    await bench.close();
  }
}

type Commits = Awaited<ReturnType<typeof measureCommits>>;

function commitRow(workload: string, measured: readonly Commits[]) {
  const middle = (of: (each: Commits) => number) => rounded(median(measured.map(of)));
  return {
    workload,
    connections: CONNECTIONS,
    perSecond: middle(({ perSecond }) => perSecond),
    postgresCpuMs: middle(({ serverCpuMsPerCommit }) => serverCpuMsPerCommit),
    nodeCpuMs: middle(({ nodeCpuMsPerCommit }) => nodeCpuMsPerCommit),
    rounds: measured.length,
  };
}
