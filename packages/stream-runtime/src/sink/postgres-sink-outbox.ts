/** Messages of handlers in Postgres, beside their work items. */
import { type Headers, partitionOf } from "@tenon/event-log/api";
import type { Database, Transaction } from "@tenon/postgres";
import { bytesText, numbersText, textsText } from "../store/postgres/array-text.ts";
import type { SinkMessage, SinkOutbox, SinkStatus, WaitingMessage } from "./sink-outbox.ts";

/**
 * Two runs that send to one key take their turns from here to their commits: numbers are then in the order of commits. Keys share
 * these locks, so many that batches of some dozens of keys seldom meet. A transaction takes no more of them than it has messages; the
 * server has room for 64 per connection on the whole, and a batch that finds none left is tried in halves.
 */
const TURNS = 4_096;
/** Advisory locks from here on. */
const FIRST_TURN = 7_305_812_000;

const TURN = {
  name: "stream-sink-turn",
  text: "select pg_advisory_xact_lock(turn) from unnest($1::bigint[]) as wanted (turn)",
};
const ADD = {
  name: "stream-sink-add",
  text: `insert into stream_sink (topic, partition, key, time_ms, headers, value)
    select * from unnest($1::text[], $2::int[], $3::text[], $4::bigint[], $5::json[], $6::bytea[])`,
};
/** From one topic to the next in the index: the number of messages does not matter. */
const TOPICS = {
  name: "stream-sink-topics",
  text: `with recursive found as (
      (select topic from stream_sink order by topic limit 1)
      union all
      select (select topic from stream_sink s where s.topic > found.topic order by topic limit 1) from found where topic is not null
    )
    select topic from found where topic is not null`,
};
const NEXT = {
  name: "stream-sink-next",
  text: `select seq, topic, partition, key, time_ms, headers, value from (
      select *, sum(octet_length(value)) over (order by seq) - octet_length(value) as bytes_before
      from (select * from stream_sink where topic = $1 order by seq limit $2) first
    ) counted
    where bytes_before < $3 order by seq`,
};
const REMOVE = {
  name: "stream-sink-remove",
  text: `delete from stream_sink s using unnest($1::text[], $2::bigint[]) as sent (topic, seq)
    where s.topic = sent.topic and s.seq = sent.seq`,
};
const WAITING = {
  name: "stream-sink-waiting",
  text: "select count(*)::int as waiting from (select from stream_sink limit $1) counted",
};

export class PostgresSinkOutbox implements SinkOutbox<Transaction> {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async add(tx: Transaction, messages: readonly SinkMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const turns = new Set(messages.map(({ topic, key }) => FIRST_TURN + partitionOf(`${topic}/${key}`, TURNS)));
    // In one order everywhere, and after the locks of all rows: nobody waits in a circle. The server has the turn before it adds.
    await Promise.all([
      tx.query(TURN, [numbersText([...turns].sort((one, other) => one - other))]),
      tx.execute(ADD, [
        textsText(messages.map(({ topic }) => topic)),
        numbersText(messages.map(({ partition }) => partition)),
        textsText(messages.map(({ key }) => key)),
        numbersText(messages.map(({ timeMs }) => timeMs)),
        textsText(messages.map(({ headers }) => JSON.stringify(headers))),
        bytesText(messages.map(({ value }) => value)),
      ]),
    ]);
  }

  async topics(): Promise<readonly string[]> {
    const rows = await this.#database.query<{ topic: string }>(TOPICS);
    return rows.map(({ topic }) => topic);
  }

  async next(
    topic: string,
    { rowsMax, bytesMax }: { readonly rowsMax: number; readonly bytesMax: number },
  ): Promise<readonly WaitingMessage[]> {
    const rows = await this.#database.query<StoredMessage>(NEXT, [topic, rowsMax, bytesMax]);
    return rows.map(({ time_ms, ...message }) => ({ ...message, timeMs: Number(time_ms) }));
  }

  async remove(messages: readonly WaitingMessage[]): Promise<void> {
    const topics = textsText(messages.map(({ topic }) => topic));
    await this.#database.execute(REMOVE, [topics, `{${messages.map(({ seq }) => seq).join(",")}}`]);
  }

  async waiting(max: number): Promise<number> {
    const [row] = await this.#database.query<{ waiting: number }>(WAITING, [max]);
    return row?.waiting ?? 0;
  }

  async status(): Promise<readonly SinkStatus[]> {
    const rows = await this.#database.query<{ topic: string; waiting: number; oldest_ms: number }>(
      `select topic, count(*)::int as waiting,
          (extract(epoch from clock_timestamp() - min(made_at)) * 1000)::float8 as oldest_ms
        from stream_sink group by topic order by topic`,
    );
    return rows.map(({ topic, waiting, oldest_ms }) => ({ topic, waiting, oldestMs: Math.max(0, oldest_ms) }));
  }
}

interface StoredMessage {
  readonly seq: bigint;
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly time_ms: bigint;
  readonly headers: Headers;
  readonly value: Uint8Array;
}
