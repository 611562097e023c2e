/** What a batch writes besides its offset: a part per table, each joined to the fence's row. */
import type { BatchCommit, OutboxRow } from "../task-store.ts";
import { bytesText, numbersText, textsText } from "./array-text.ts";
import { type WindowColumn, windowTable } from "./tables.ts";

/** A part of the commit: its text over parameters `$first …`, and their values, of which every part of a name has as many. */
export interface CommitPart {
  readonly name: "kept" | "gone" | "windows" | "dropped" | "relayed" | "sent" | "unparked" | "parked";
  readonly text: (first: number) => string;
  readonly values: readonly unknown[];
}

/** Only the parts that have something to write. */
export function partsOf(batch: BatchCommit, columns: readonly WindowColumn[]): readonly CommitPart[] {
  return [
    ...stateParts(batch),
    ...windowParts(batch, columns),
    ...(batch.relayedSeq > 0 ? [relayedPart(batch.relayedSeq)] : []),
    ...(batch.outbox.length > 0 ? [outboxPart(batch.outbox)] : []),
    ...parkedParts(batch),
  ];
}

function stateParts({ state }: BatchCommit): readonly CommitPart[] {
  if (state.length === 0) return [];
  const kept = state.filter(({ value }) => value !== null);
  const gone = state.filter(({ value }) => value === null);
  const parts: CommitPart[] = [];
  if (kept.length > 0) {
    parts.push({
      name: "kept",
      text: (first) => `insert into stream_state (task, partition, key, value)
        select fence.task, fence.partition, row.key, row.value::json
        from fence, unnest($${first}::text[], $${first + 1}::text[]) as row(key, value)
        on conflict (task, partition, key) do update set value = excluded.value`,
      values: [textsText(kept.map(({ key }) => key)), textsText(kept.map(({ value }) => value))],
    });
  }
  if (gone.length > 0) {
    parts.push({
      name: "gone",
      text: (first) => `delete from stream_state using fence
        where stream_state.task = fence.task and stream_state.partition = fence.partition and key = any($${first}::text[])`,
      values: [textsText(gone.map(({ key }) => key))],
    });
  }
  return parts;
}

function windowParts(batch: BatchCommit, columns: readonly WindowColumn[]): readonly CommitPart[] {
  const { windows, dropWindowsEndedBeforeMs, task } = batch;
  const table = windowTable(task);
  const parts: CommitPart[] = [];
  if (windows.length > 0) {
    const names = columns.map(({ column }) => column);
    parts.push({
      name: "windows",
      text: (first) => `insert into ${table} (size_ms, start_ms, key, partition, revision, ${names.join(", ")})
        select row.size_ms, row.start_ms, row.key, fence.partition, row.revision, ${columns
          .map(({ type }, index) => (type === "json" ? `row.v${index}::json` : `row.v${index}`))
          .join(", ")}
        from fence, unnest($${first}::bigint[], $${first + 1}::bigint[], $${first + 2}::text[], $${first + 3}::int[], ${columns
          .map(({ type }, index) => `$${first + 4 + index}::${type === "json" ? "text" : "bigint"}[]`)
          .join(", ")}) as row(size_ms, start_ms, key, revision, ${columns.map((_, index) => `v${index}`).join(", ")})
        on conflict (size_ms, start_ms, key) do update set revision = excluded.revision, ${names
          .map((name) => `${name} = excluded.${name}`)
          .join(", ")}`,
      values: [
        numbersText(windows.map(({ sizeMs }) => sizeMs)),
        numbersText(windows.map(({ startMs }) => startMs)),
        textsText(windows.map(({ key }) => key)),
        numbersText(windows.map(({ revision }) => revision)),
        ...columns.map(({ type }, index) =>
          type === "json"
            ? textsText(windows.map(({ values }) => JSON.stringify(values[index])))
            : numbersText(windows.map(({ values }) => values[index] as number | null)),
        ),
      ],
    });
  }
  if (dropWindowsEndedBeforeMs !== undefined) {
    // Of a range with one end the server expects a third of the table, and reads all of it; of one with two ends, little.
    parts.push({
      name: "dropped",
      text: (first) => `delete from ${table} using fence
        where ${table}.partition = fence.partition and start_ms >= ${Number.MIN_SAFE_INTEGER} and start_ms < $${first}
          and start_ms + size_ms <= $${first}`,
      values: [dropWindowsEndedBeforeMs],
    });
  }
  return parts;
}

function relayedPart(relayedSeq: number): CommitPart {
  return {
    name: "relayed",
    text: (first) => `delete from stream_outbox using fence
      where stream_outbox.task = fence.task and stream_outbox.partition = fence.partition and seq <= $${first}`,
    values: [relayedSeq],
  };
}

function outboxPart(rows: readonly OutboxRow[]): CommitPart {
  return {
    name: "sent",
    text: (
      first,
    ) => `insert into stream_outbox (task, partition, seq, topic, to_partition, key, time_ms, headers, value, record_id)
      select fence.task, fence.partition, row.seq, row.topic, row.to_partition, row.key, row.time_ms, row.headers::json, row.value, row.record_id
      from fence, unnest($${first}::bigint[], $${first + 1}::text[], $${first + 2}::int[], $${first + 3}::text[], $${first + 4}::bigint[],
        $${first + 5}::text[], $${first + 6}::bytea[], $${first + 7}::text[])
        as row(seq, topic, to_partition, key, time_ms, headers, value, record_id)`,
    values: [
      numbersText(rows.map(({ seq }) => seq)),
      textsText(rows.map(({ topic }) => topic)),
      numbersText(rows.map(({ partition }) => partition)),
      textsText(rows.map(({ key }) => key)),
      numbersText(rows.map(({ timeMs }) => timeMs)),
      textsText(rows.map(({ headers }) => JSON.stringify(headers))),
      bytesText(rows.map(({ value }) => value)),
      textsText(rows.map(({ recordId }) => recordId)),
    ],
  };
}

function parkedParts({ parked, unparked }: BatchCommit): readonly CommitPart[] {
  if (parked.length + unparked.length === 0) return [];
  const again = new Set(parked.map(({ offset }) => offset));
  const gone = unparked.filter((offset) => !again.has(offset));
  const parts: CommitPart[] = [];
  if (gone.length > 0) {
    parts.push({
      name: "unparked",
      text: (first) => `delete from stream_parked using fence
        where stream_parked.task = fence.task and stream_parked.partition = fence.partition and at_offset = any($${first}::bigint[])`,
      values: [numbersText(gone)],
    });
  }
  if (parked.length > 0) {
    parts.push({
      name: "parked",
      text: (
        first,
      ) => `insert into stream_parked (task, partition, at_offset, topic, key, time_ms, headers, value, code, reason, owner, input_digest)
        select fence.task, fence.partition, row.at_offset, row.topic, row.key, row.time_ms, row.headers::json, row.value, row.code, row.reason,
          row.owner, row.input_digest
        from fence, unnest($${first}::bigint[], $${first + 1}::text[], $${first + 2}::text[], $${first + 3}::bigint[], $${first + 4}::text[],
          $${first + 5}::bytea[], $${first + 6}::text[], $${first + 7}::text[], $${first + 8}::text[], $${first + 9}::text[])
          as row(at_offset, topic, key, time_ms, headers, value, code, reason, owner, input_digest)
        on conflict (task, partition, at_offset) do update
          set code = excluded.code, reason = excluded.reason, input_digest = excluded.input_digest, wants_retry = false,
            parked_at = clock_timestamp()`,
      values: [
        numbersText(parked.map(({ offset }) => offset)),
        textsText(parked.map(({ topic }) => topic)),
        textsText(parked.map(({ key }) => key)),
        numbersText(parked.map(({ timeMs }) => timeMs)),
        textsText(parked.map(({ headers }) => JSON.stringify(headers))),
        bytesText(parked.map(({ value }) => value)),
        textsText(parked.map(({ code }) => code)),
        textsText(parked.map(({ reason }) => reason)),
        textsText(parked.map(({ owner }) => owner)),
        textsText(parked.map(({ inputDigest }) => inputDigest ?? null)),
      ],
    });
  }
  return parts;
}
