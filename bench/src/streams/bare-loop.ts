/**
 * The same job by hand: a loop per partition over `pg`, the same tables, the same results through the same outbox, each batch
 * one transaction that begins with the fence. No graph, no checks, no metrics, no inbox, no dead letters, no operators.
 */
import type { EventLog, NewRecord } from "@tenon/event-log/api";
import { Client } from "pg";
import { FROM_MS, OUT_OF_ORDER_MS, PARTITIONS, type SpendEvent, SpendEvents, SpendResults, WINDOW_MS } from "./job.ts";

interface Row {
  readonly startMs: number;
  readonly key: string;
  revision: number;
  events: number;
  spendMicros: number;
  changed: boolean;
}

interface Message extends NewRecord {
  readonly seq: number;
  readonly recordId: string;
}

const TASK = "count-spend";
const FENCE = {
  name: "bare-fence",
  text: `update stream_offset set next = $5, watermark_ms = $6, outbox_seq = $7
    where task = $1 and partition = $2 and epoch = $3 and next = $4`,
};
const WINDOWS = {
  name: "bare-windows",
  text: `insert into stream_window_count_spend (size_ms, start_ms, key, partition, revision, events, spend_micros)
    select ${WINDOW_MS}, row.start_ms, row.key, $1::int, row.revision, row.events, row.spend_micros
    from unnest($2::bigint[], $3::text[], $4::int[], $5::bigint[], $6::bigint[])
      as row(start_ms, key, revision, events, spend_micros)
    on conflict (size_ms, start_ms, key) do update set revision = excluded.revision, events = excluded.events,
      spend_micros = excluded.spend_micros`,
};
const OUTBOX = {
  name: "bare-outbox",
  text: `insert into stream_outbox (task, partition, seq, topic, to_partition, key, time_ms, headers, value, record_id)
    select $1, $2::int, row.seq, row.topic, row.to_partition, row.key, row.time_ms, row.headers::json, row.value, row.record_id
    from unnest($3::bigint[], $4::text[], $5::int[], $6::text[], $7::bigint[], $8::text[], $9::bytea[], $10::text[])
      as row(seq, topic, to_partition, key, time_ms, headers, value, record_id)`,
};
const RELAYED = {
  name: "bare-relayed",
  text: "delete from stream_outbox where task = $1 and partition = $2 and seq <= $3",
};

const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString();

/** One partition from its first record to its last. */
class BarePartition {
  readonly #client: Client;
  readonly #log: EventLog;
  readonly #partition: number;
  readonly #open = new Map<number, Map<string, Row>>();
  #next = 0;
  #watermarkMs = FROM_MS - 1;
  #seq = 0;
  #relayedSeq = 0;

  constructor(client: Client, log: EventLog, partition: number) {
    this.#client = client;
    this.#log = log;
    this.#partition = partition;
  }

  async run(end: number, batch: number): Promise<void> {
    const reader = await this.#log.read({ topic: SpendEvents.name, partition: this.#partition, fromOffset: 0 });
    while (this.#next < end) {
      const records = await reader.pull({ recordsMax: batch, bytesMax: 8 * 2 ** 20, waitMs: 1_000 });
      const last = records.at(-1);
      if (last === undefined) continue;
      const changed: Row[] = [];
      const messages: Message[] = [];
      for (const { key, timeMs, value } of records) {
        const event = JSON.parse(textOf(value)) as SpendEvent;
        this.#fold(key, timeMs, event, changed);
        if (timeMs - OUT_OF_ORDER_MS > this.#watermarkMs) this.#close(timeMs - OUT_OF_ORDER_MS, changed, messages);
      }
      await this.#commit(last.offset + 1, changed, messages);
      for (const row of changed) row.changed = false;
      if (messages.length > 0) {
        await this.#log.append(messages);
        this.#relayedSeq = this.#seq;
      }
    }
    await reader.close();
  }

  #fold(key: string, timeMs: number, { spendMicros }: SpendEvent, changed: Row[]): void {
    const startMs = timeMs - (timeMs % WINDOW_MS);
    let rows = this.#open.get(startMs);
    if (rows === undefined) {
      rows = new Map();
      this.#open.set(startMs, rows);
    }
    let row = rows.get(key);
    if (row === undefined) {
      row = { startMs, key, revision: -1, events: 0, spendMicros: 0, changed: false };
      rows.set(key, row);
    }
    row.events++;
    row.spendMicros += spendMicros;
    touch(row, changed);
  }

  #close(watermarkMs: number, changed: Row[], messages: Message[]): void {
    this.#watermarkMs = watermarkMs;
    for (const [startMs, rows] of this.#open) {
      if (startMs + WINDOW_MS > watermarkMs) continue;
      this.#open.delete(startMs);
      for (const row of [...rows.values()].sort((one, other) => (one.key < other.key ? -1 : 1))) {
        row.revision++;
        touch(row, changed);
        messages.push(this.#message(row));
      }
    }
  }

  #message({ startMs, key, revision, events, spendMicros }: Row): Message {
    const seq = ++this.#seq;
    const value = { key, sizeMs: WINDOW_MS, startMs, revision, values: { events, spendMicros } };
    return {
      ...{ topic: SpendResults.name, partition: this.#partition, key, timeMs: startMs, seq },
      recordId: `${TASK}/${key}/${WINDOW_MS}/${startMs}/${revision}`,
      headers: { seq: String(seq) },
      value: Buffer.from(JSON.stringify(value)),
    };
  }

  async #commit(end: number, changed: readonly Row[], messages: readonly Message[]): Promise<void> {
    const client = this.#client;
    await client.query("begin");
    const { rowCount } = await client.query({
      ...FENCE,
      values: [TASK, this.#partition, 1, this.#next, end, this.#watermarkMs, this.#seq],
    });
    if (rowCount !== 1) throw new Error("fenced");
    await client.query({
      ...WINDOWS,
      values: [
        this.#partition,
        changed.map(({ startMs }) => startMs),
        changed.map(({ key }) => key),
        changed.map(({ revision }) => revision),
        changed.map(({ events }) => events),
        changed.map(({ spendMicros }) => spendMicros),
      ],
    });
    if (messages.length > 0) {
      await client.query({
        ...OUTBOX,
        values: [
          TASK,
          this.#partition,
          messages.map(({ seq }) => seq),
          messages.map(({ topic }) => topic),
          messages.map(({ partition }) => partition),
          messages.map(({ key }) => key),
          messages.map(({ timeMs }) => timeMs),
          // As in the runtime's rows, the sender's headers follow from the rest.
          messages.map(() => "{}"),
          messages.map(({ value }) => value),
          messages.map(({ recordId }) => recordId),
        ],
      });
    } else if (this.#relayedSeq > 0) {
      await client.query({ ...RELAYED, values: [TASK, this.#partition, this.#relayedSeq] });
      this.#relayedSeq = 0;
    }
    await client.query("commit");
    this.#next = end;
  }
}

function touch(row: Row, changed: Row[]): void {
  if (row.changed) return;
  row.changed = true;
  changed.push(row);
}

export interface BareOptions {
  readonly log: EventLog;
  /** A database with the tables of the runtime's store. */
  readonly url: string;
  readonly batch: number;
}

export interface OpenBare {
  /** Works up to the ends given, one per partition. */
  run(ends: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

export async function openBare({ log, url, batch }: BareOptions): Promise<OpenBare> {
  const clients = Array.from({ length: PARTITIONS }, () => new Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  for (const [partition, client] of clients.entries())
    await client.query("insert into stream_offset (task, partition, epoch, next) values ($1, $2, 1, 0)", [
      TASK,
      partition,
    ]);
  return {
    run: async (ends) => {
      await Promise.all(
        clients.map((client, partition) =>
          new BarePartition(client, log, partition).run(ends[partition] as number, batch),
        ),
      );
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.end()));
    },
  };
}
