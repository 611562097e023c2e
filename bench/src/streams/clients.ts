/** The two Kafka clients under the log: what appending and reading cost, interleaved on one broker. */
import type { NewRecord } from "@tenon/event-log/api";
import { openKafkaLog } from "@tenon/event-log/kafka";
import { kafkaMissing, type RunningKafka, startKafka } from "@tenon/kafka-server";
import { median } from "../harness/interleave.ts";
import type { Part, Row } from "../harness/report.ts";
import { rounded } from "../harness/report.ts";
import { PARTITIONS } from "./job.ts";
import { type Spent, spentOn } from "./server.ts";

export interface ClientAmounts {
  readonly rounds: number;
  readonly records: number;
}

const CLIENTS = ["kafkajs", "platformatic"] as const;
type ClientName = (typeof CLIENTS)[number];
const KAFKA = "4.3.0";
/** Records of one append. */
const CALL = 1_000;
const PULL = { recordsMax: 5_000, bytesMax: 8 * 2 ** 20, waitMs: 1_000 };
const VALUE = new Uint8Array(200).fill(120);

interface ClientSpent {
  readonly append: Spent;
  readonly read: Spent;
}

export async function clients({ rounds, records }: ClientAmounts): Promise<Part> {
  const missing = kafkaMissing(KAFKA);
  if (missing !== undefined) return { goals: [], rows: [{ workload: "Kafka clients", skipped: missing }] };
  const kafka = await startKafka({ version: KAFKA, name: `bench-clients-${process.pid}`, optimised: true });
  const spent: Record<ClientName, ClientSpent[]> = { kafkajs: [], platformatic: [] };
  try {
    // The first round is the broker's and the clients' warm-up.
    for (let round = 0; round <= rounds; round++)
      for (const client of round % 2 === 0 ? CLIENTS : CLIENTS.toReversed()) {
        const measured = await appendAndRead(kafka, client, { name: `${client}-${round}`, records });
        if (round > 0) spent[client].push(measured);
      }
  } finally {
    await kafka.stop();
  }
  return { goals: [], rows: CLIENTS.flatMap((client) => rowsOf(client, spent[client], records)) };
}

async function appendAndRead(
  { brokers, pids }: RunningKafka,
  client: ClientName,
  { name, records }: { readonly name: string; readonly records: number },
): Promise<ClientSpent> {
  const log = await openKafkaLog({ brokers, client });
  const topic = { name, partitions: PARTITIONS, retentionMs: 3_600_000 };
  await log.createTopics([topic]);
  const each = records / PARTITIONS;
  const call = (partition: number): NewRecord[] =>
    Array.from({ length: CALL }, (_, at) => ({
      ...{ topic: name, partition, key: `k${at}`, timeMs: at, headers: {}, value: VALUE },
    }));
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  const append = await spentOn(pids, () =>
    Promise.all(
      partitions.map(async (partition) => {
        for (let sent = 0; sent < each; sent += CALL) await log.append(call(partition));
      }),
    ),
  );
  const read = await spentOn(pids, () =>
    Promise.all(
      partitions.map(async (partition) => {
        const reader = await log.read({ topic: name, partition, fromOffset: 0 });
        for (let found = 0; found < each; ) found += (await reader.pull(PULL)).length;
        await reader.close();
      }),
    ),
  );
  await log.close();
  return { append, read };
}

function rowsOf(client: ClientName, spent: readonly ClientSpent[], records: number): readonly Row[] {
  return (["append", "read"] as const).map((what) => {
    const of = spent.map((each) => each[what]);
    const micros = (ms: (each: Spent) => number) => rounded(median(of.map((each) => (ms(each) * 1_000) / records)));
    return {
      workload: `${client}, ${what}`,
      recordsPerSecond: rounded(median(of.map(({ seconds }) => records / seconds))),
      nodeMicros: micros(({ nodeMs }) => nodeMs),
      brokerMicros: micros(({ othersMs }) => othersMs[0] as number),
      records,
      rounds: of.length,
    };
  });
}
