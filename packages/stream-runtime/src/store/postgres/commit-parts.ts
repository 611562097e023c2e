/** What batches write besides their offsets: a part per table, each joined to the rows of the fence. */
import type { BatchCommit, OutboxRow, ParkedRow, StateRow } from "../task-store.ts";
import { bytesText, numbersText, textsText } from "./array-text.ts";
import { type WindowColumn, windowTable } from "./tables.ts";

/** A part of the commit: its text over parameters `$first …`, and their values, of which every part of a name has as many. */
export interface CommitPart {
  readonly name: "kept" | "gone" | "windows" | "dropped" | "relayed" | "sent" | "unparked" | "parked";
  readonly text: (first: number) => string;
  readonly values: readonly unknown[];
}

/** Only the parts that have something to write. */
export function partsOf(batches: readonly BatchCommit[], columns: readonly WindowColumn[]): readonly CommitPart[] {
  return [
    ...stateParts(batches),
    ...windowParts(batches, columns),
    ...rowsPart("relayed", batches, { rowsOf: relayedRows, columns: RELAYED, text: relayedText }),
    ...rowsPart("sent", batches, { rowsOf: ({ outbox }) => outbox, columns: SENT, text: sentText }),
    ...rowsPart("unparked", batches, { rowsOf: unparkedRows, columns: UNPARKED, text: unparkedText }),
    ...rowsPart("parked", batches, { rowsOf: ({ parked }) => parked, columns: PARKED, text: parkedText }),
  ];
}

/** A column of the rows that a part takes: its name and type, and how its values travel. */
interface Column<Row> {
  readonly name: string;
  readonly type: string;
  readonly values: (rows: readonly Row[]) => string;
}

interface RowsPart<Row> {
  readonly rowsOf: (batch: BatchCommit) => readonly Row[];
  readonly columns: readonly Column<Row>[];
  /** @param rows the fence, joined to the part's rows as `row` */
  readonly text: (rows: string) => string;
}

/** Rows of several batches say whose they are; those of one need not. */
function rowsPart<Row>(
  name: CommitPart["name"],
  batches: readonly BatchCommit[],
  { rowsOf, columns, text }: RowsPart<Row>,
): readonly CommitPart[] {
  const [first] = batches;
  const isAlone = first !== undefined && batches.length === 1;
  const rows = isAlone ? rowsOf(first) : batches.flatMap(rowsOf);
  if (rows.length === 0) return [];
  const values = columns.map((column) => column.values(rows));
  if (!isAlone) values.push(numbersText(batches.flatMap((batch) => rowsOf(batch).map(() => batch.partition))));
  const names = [...columns.map((column) => column.name), ...(isAlone ? [] : ["of"])];
  const types = [...columns.map(({ type }) => type), ...(isAlone ? [] : ["int"])];
  const joined = (from: number) => {
    const lists = types.map((type, index) => `$${from + index}::${type}[]`).join(", ");
    const on = isAlone ? "true" : "row.of = fence.partition";
    return `fence join unnest(${lists}) as row(${names.join(", ")}) on ${on}`;
  };
  return [{ name, text: (from) => text(joined(from)), values }];
}

function numbers<Row>(name: string, of: (row: Row) => number, type = "bigint"): Column<Row> {
  return { name, type, values: (rows) => numbersText(rows.map(of)) };
}

function texts<Row>(name: string, of: (row: Row) => string | null): Column<Row> {
  return { name, type: "text", values: (rows) => textsText(rows.map(of)) };
}

function bytes<Row>(name: string, of: (row: Row) => Uint8Array): Column<Row> {
  return { name, type: "bytea", values: (rows) => bytesText(rows.map(of)) };
}

const OF_FENCE = (table: string) => `${table}.task = fence.task and ${table}.partition = fence.partition`;

function stateParts(batches: readonly BatchCommit[]): readonly CommitPart[] {
  if (batches.every(({ state }) => state.length === 0)) return [];
  const key = texts<StateRow>("key", (row) => row.key);
  const value = texts<StateRow>("value", (row) => row.value);
  return [
    ...rowsPart("kept", batches, {
      rowsOf: ({ state }) => state.filter((row) => row.value !== null),
      columns: [key, value],
      text: (rows) => `insert into stream_state (task, partition, key, value)
        select fence.task, fence.partition, row.key, row.value::json from ${rows}
        on conflict (task, partition, key) do update set value = excluded.value`,
    }),
    ...rowsPart("gone", batches, {
      rowsOf: ({ state }) => state.filter((row) => row.value === null),
      columns: [key],
      text: (rows) => `delete from stream_state using ${rows}
        where ${OF_FENCE("stream_state")} and stream_state.key = row.key`,
    }),
  ];
}

function windowParts(batches: readonly BatchCommit[], columns: readonly WindowColumn[]): readonly CommitPart[] {
  const [first] = batches;
  if (first === undefined) return [];
  const table = windowTable(first.task);
  type Row = BatchCommit["windows"][number];
  const names = columns.map(({ column }) => column);
  const written = rowsPart<Row>("windows", batches, {
    rowsOf: ({ windows }) => windows,
    columns: [
      numbers("size_ms", ({ sizeMs }) => sizeMs),
      numbers("start_ms", ({ startMs }) => startMs),
      texts("key", ({ key }) => key),
      numbers("revision", ({ revision }) => revision, "int"),
      ...columns.map(({ type }, index): Column<Row> => {
        if (type === "json") return texts(`v${index}`, ({ values }) => JSON.stringify(values[index]));
        const valuesOf = (rows: readonly Row[]) =>
          numbersText(rows.map(({ values }) => values[index] as number | null));
        return { name: `v${index}`, type: "bigint", values: valuesOf };
      }),
    ],
    text: (rows) => `insert into ${table} (size_ms, start_ms, key, partition, revision, ${names.join(", ")})
        select row.size_ms, row.start_ms, row.key, fence.partition, row.revision, ${columns
          .map(({ type }, index) => (type === "json" ? `row.v${index}::json` : `row.v${index}`))
          .join(", ")}
        from ${rows}
        on conflict (size_ms, start_ms, key) do update set revision = excluded.revision, ${names
          .map((name) => `${name} = excluded.${name}`)
          .join(", ")}`,
  });
  return [...written, ...batches.flatMap((batch) => droppedPart(batch, table))];
}

/**
 * A part for each batch, with its bound as a parameter: of a range with one end the server expects a third of the table, and reads
 * all of it; of one with two ends, little.
 */
function droppedPart({ partition, dropWindowsEndedBeforeMs }: BatchCommit, table: string): readonly CommitPart[] {
  if (dropWindowsEndedBeforeMs === undefined) return [];
  return [
    {
      name: "dropped",
      text: (first) => `delete from ${table} using fence
        where ${table}.partition = fence.partition and fence.partition = $${first + 1}
          and start_ms >= ${Number.MIN_SAFE_INTEGER} and start_ms < $${first} and start_ms + size_ms <= $${first}`,
      values: [dropWindowsEndedBeforeMs, partition],
    },
  ];
}

function relayedRows({ relayedSeq }: BatchCommit): readonly number[] {
  return relayedSeq > 0 ? [relayedSeq] : [];
}
const RELAYED: readonly Column<number>[] = [numbers("seq", (seq) => seq)];
const relayedText = (rows: string) => `delete from stream_outbox using ${rows}
      where ${OF_FENCE("stream_outbox")} and stream_outbox.seq <= row.seq`;

const SENT: readonly Column<OutboxRow>[] = [
  numbers("seq", ({ seq }) => seq),
  texts("topic", ({ topic }) => topic),
  numbers("to_partition", ({ partition }) => partition, "int"),
  texts("key", ({ key }) => key),
  numbers("time_ms", ({ timeMs }) => timeMs),
  texts("headers", ({ headers }) => JSON.stringify(headers)),
  bytes("value", ({ value }) => value),
  texts("record_id", ({ recordId }) => recordId),
];
const sentText = (
  rows: string,
) => `insert into stream_outbox (task, partition, seq, topic, to_partition, key, time_ms, headers, value, record_id)
      select fence.task, fence.partition, row.seq, row.topic, row.to_partition, row.key, row.time_ms, row.headers::json, row.value, row.record_id
      from ${rows}`;

/** What was tried again and is put aside again stays, with its new reason. */
function unparkedRows({ parked, unparked }: BatchCommit): readonly number[] {
  const again = new Set(parked.map(({ offset }) => offset));
  return unparked.filter((offset) => !again.has(offset));
}
const UNPARKED: readonly Column<number>[] = [numbers("at_offset", (offset) => offset)];
const unparkedText = (rows: string) => `delete from stream_parked using ${rows}
      where ${OF_FENCE("stream_parked")} and stream_parked.at_offset = row.at_offset`;

const PARKED: readonly Column<ParkedRow>[] = [
  numbers("at_offset", ({ offset }) => offset),
  texts("topic", ({ topic }) => topic),
  texts("key", ({ key }) => key),
  numbers("time_ms", ({ timeMs }) => timeMs),
  texts("headers", ({ headers }) => JSON.stringify(headers)),
  bytes("value", ({ value }) => value),
  texts("code", ({ code }) => code),
  texts("reason", ({ reason }) => reason),
  texts("owner", ({ owner }) => owner),
  texts("input_digest", ({ inputDigest }) => inputDigest ?? null),
];
const parkedText = (
  rows: string,
) => `insert into stream_parked (task, partition, at_offset, topic, key, time_ms, headers, value, code, reason, owner, input_digest)
      select fence.task, fence.partition, row.at_offset, row.topic, row.key, row.time_ms, row.headers::json, row.value, row.code, row.reason,
        row.owner, row.input_digest
      from ${rows}
      on conflict (task, partition, at_offset) do update
        set code = excluded.code, reason = excluded.reason, input_digest = excluded.input_digest, wants_retry = false,
          parked_at = clock_timestamp()`;
