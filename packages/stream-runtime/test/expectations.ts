/** What a stream must have left behind, recomputed from its input by plain loops. Shares no code with the runtime. */
import type { LogRecord } from "@tenon/event-log/api";
import { type OracleEvent, oracleOf } from "./window-oracle.ts";
import { POISON, WINDOW } from "./world.ts";

interface Sum {
  readonly total: number;
  readonly events: number;
  readonly amount: number;
}

interface Expected {
  /** Account → its last sum, as JSON text. */
  readonly state: readonly { readonly key: string; readonly value: string }[];
  /** Per source partition, the messages in order: key, time, value. */
  readonly messages: ReadonlyMap<string, readonly string[]>;
  readonly parkedOffsets: readonly string[];
  readonly deadOffsets: readonly string[];
}

const text = new TextDecoder();

function expectedOf(input: readonly LogRecord[]): Expected {
  const sums = new Map<string, Sum>();
  const messages = new Map<string, string[]>();
  const send = (from: string, message: string) => {
    const sent = messages.get(from);
    if (sent === undefined) messages.set(from, [message]);
    else sent.push(message);
  };
  const parkedOffsets: string[] = [];
  const deadOffsets: string[] = [];
  for (const { partition, offset, key, timeMs, value } of input) {
    const json = text.decode(value);
    if (!json.startsWith('{"amount"')) {
      deadOffsets.push(`${partition}/${offset}`);
      send(`sum-amounts/${partition}`, "dead letter");
      continue;
    }
    const { amount, note } = JSON.parse(json) as { amount: number; note: string };
    if (note === POISON) {
      parkedOffsets.push(`${partition}/${offset}`);
      continue;
    }
    const before = sums.get(key) ?? { total: 0, events: 0 };
    const next = { total: before.total + amount, events: before.events + 1, amount };
    sums.set(key, next);
    send(`sum-amounts/${partition}`, `${key} ${timeMs} ${JSON.stringify(next)}`);
  }
  const state = [...sums].map(([key, value]) => ({ key, value: JSON.stringify(value) }));
  return { state: state.sort((one, other) => (one.key < other.key ? -1 : 1)), messages, parkedOffsets, deadOffsets };
}

interface Taken {
  readonly seq: number;
  readonly record: LogRecord;
}

/** A topic as a reader sees it that drops what it has seen: per source and partition, rising sequence numbers. */
function withoutRepeats(records: readonly LogRecord[]): readonly Taken[] {
  const highest = new Map<string, number>();
  const taken: Taken[] = [];
  for (const record of records) {
    const source = `${record.headers["tenon-from"]}>${record.partition}`;
    const seq = Number(record.headers["tenon-seq"]);
    if (seq <= (highest.get(source) ?? 0)) continue;
    highest.set(source, seq);
    taken.push({ seq, record });
  }
  return taken;
}

/** The messages of each source in the order of their numbers, with gaps where numbers are missing. */
function bySource(...topics: readonly (readonly LogRecord[])[]): ReadonlyMap<string, readonly (string | undefined)[]> {
  const sources = new Map<string, (string | undefined)[]>();
  for (const { seq, record } of topics.flatMap((topic) => withoutRepeats(topic))) {
    const from = record.headers["tenon-from"] as string;
    const list = sources.get(from) ?? [];
    list[seq - 1] = record.topic.endsWith(".dead")
      ? "dead letter"
      : `${record.key} ${record.timeMs} ${text.decode(record.value)}`;
    sources.set(from, list);
  }
  return sources;
}

interface ExpectedWindows {
  readonly rows: readonly string[];
  readonly emissions: readonly string[];
  readonly late: number;
}

/** What windows over the running sums hold and have sent, partition by partition. */
function expectedWindows(sums: readonly LogRecord[]): ExpectedWindows {
  const rows: string[] = [];
  const emissions: string[] = [];
  let late = 0;
  for (const own of Map.groupBy(withoutRepeats(sums), ({ record }) => record.partition).values()) {
    const events = own.map(({ record }): OracleEvent => {
      const { amount } = JSON.parse(text.decode(record.value)) as Sum;
      return { key: record.key, timeMs: record.timeMs, amount, label: "" };
    });
    const answer = oracleOf(events, WINDOW);
    rows.push(
      ...answer.rows.map(
        (row) => `${row.sizeMs}/${row.startMs}/${row.key}/${row.revision}/${row.events}/${row.total}/${row.most}`,
      ),
    );
    emissions.push(...answer.emissions);
    late += answer.late.length;
  }
  return { rows: rows.sort(), emissions: emissions.sort(), late };
}

/** The results that were sent, in the oracle's form. */
function sentResults(results: readonly LogRecord[]): readonly string[] {
  return withoutRepeats(results)
    .map(({ record }) => {
      const { key, sizeMs, startMs, revision, values } = JSON.parse(text.decode(record.value));
      return `${sizeMs}/${startMs}/${key}/${revision}/${values.events}/${values.total}`;
    })
    .sort();
}

/** What a stream has left behind. */
export interface Found {
  readonly input: readonly LogRecord[];
  readonly sums: readonly LogRecord[];
  readonly results: readonly LogRecord[];
  readonly late: readonly LogRecord[];
  readonly dead: readonly LogRecord[];
  /** By key. */
  readonly state: readonly { readonly key: string; readonly value: string | null }[];
  /** Window rows as `size/start/key/revision/events/total/most`. */
  readonly windows: readonly string[];
  /** Parked records as `partition/offset`. */
  readonly parked: readonly string[];
}

/** The same facts, found and expected, to be compared as a whole. */
export function comparison(found: Found): readonly [found: object, expected: object] {
  const expected = expectedOf(found.input);
  const windows = expectedWindows(found.sums);
  return [
    {
      state: found.state,
      messages: Object.fromEntries(bySource(found.sums, found.dead)),
      windows: found.windows.toSorted(),
      results: sentResults(found.results),
      late: withoutRepeats(found.late).length,
      parked: found.parked.toSorted(),
    },
    {
      state: expected.state,
      messages: Object.fromEntries(expected.messages),
      windows: windows.rows,
      results: windows.emissions,
      late: windows.late,
      parked: expected.parkedOffsets.toSorted(),
    },
  ];
}
