/**
 * Stores and streams: exactly-once counting against a loop by hand and against Kafka Streams, the change feed, starts, Kafka
 * clients. Processor time of Node, Postgres and broker counts, from /proc, so the suite runs on Linux. Compare ratios: they
 * are taken between runs next to each other; rates and latencies are those of the machine and its other work.
 * Not measured here: a network, several worker processes, brokers with copies, state larger than memory, restarts.
 */
import type { Part, Row, SuiteOptions } from "../harness/report.ts";
import { type ClientAmounts, clients } from "./clients.ts";
import { type ExactlyOnceAmounts, exactlyOnce } from "./exactly-once.ts";
import { type FeedAmounts, feed } from "./feed.ts";
import { type PaceAmounts, pace } from "./pace.ts";
import { PEER_GOALS, type PeerAmounts, peer } from "./peer.ts";
import { startUp } from "./start-up.ts";

const FULL_ONLY = "full run only";

interface Amounts {
  readonly warmStarts: number;
  readonly exactlyOnce: ExactlyOnceAmounts;
  readonly pace: PaceAmounts;
  readonly feed: FeedAmounts;
  /** A broker's start takes a fifth of a quick run, and a JVM that is just warming up has no figures worth a comparison. */
  readonly clients: ClientAmounts | typeof FULL_ONLY;
  /** A JVM per round takes longer than a quick run may. */
  readonly peer: PeerAmounts | typeof FULL_ONLY;
}

const QUICK: Amounts = {
  warmStarts: 2,
  exactlyOnce: { rounds: 4, batches: { 1: 1_000, 10: 4_000, 100: 12_000, 1000: 60_000 } },
  pace: { backlog: 120_000, perSecond: 2_000, seconds: 1 },
  feed: { rounds: 2, commitSeconds: 0.6, latencySeconds: 0.5, catchUpTransactions: 1_600 },
  clients: FULL_ONLY,
  peer: FULL_ONLY,
};
const FULL: Amounts = {
  warmStarts: 7,
  exactlyOnce: { rounds: 7, batches: { 1: 4_000, 10: 16_000, 100: 40_000, 1000: 150_000, 20000: 300_000 } },
  pace: { backlog: 400_000, perSecond: 2_000, seconds: 6 },
  feed: { rounds: 4, commitSeconds: 2, latencySeconds: 4, catchUpTransactions: 6_000 },
  clients: { rounds: 2, records: 100_000 },
  peer: { rounds: 3, events: 1_000_000 },
};

const PARTS: Readonly<Record<string, (amounts: Amounts) => Promise<Part>>> = {
  startUp: ({ warmStarts }) => startUp({ warmStarts }),
  exactlyOnce: (amounts) => exactlyOnce(amounts.exactlyOnce),
  pace: (amounts) => pace(amounts.pace),
  feed: (amounts) => feed(amounts.feed),
  clients: (amounts) =>
    amounts.clients === FULL_ONLY ? named([{ workload: "Kafka clients" }]) : clients(amounts.clients),
  peer: (amounts) =>
    amounts.peer === FULL_ONLY ? named(Object.values(PEER_GOALS).map((goal) => ({ goal }))) : peer(amounts.peer),
};

/** What a quick run does not measure is told by name. */
function named(rows: readonly Row[]): Promise<Part> {
  return Promise.resolve({ goals: [], rows: rows.map((row) => ({ ...row, measured: FULL_ONLY })) });
}

export const parts: readonly string[] = Object.keys(PARTS);

export function runPart(name: string, { quick }: SuiteOptions): Promise<Part> {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`suite streams has no part "${name}"; parts: ${parts.join(", ")}`);
  return part(quick ? QUICK : FULL);
}
