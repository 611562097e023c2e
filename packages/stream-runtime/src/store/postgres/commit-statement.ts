/**
 * A batch as one statement: the fence and everything that depends on it travel and commit together, in one round trip. Every
 * part is joined to the fence's row, so without that row nothing is written.
 */
import type { Statement } from "@tenon/postgres";
import type { BatchCommit, OutboxRow } from "../task-store.ts";
import { bytesText, numbersText, textsText } from "./array-text.ts";
import { type WindowColumn, windowTable } from "./tables.ts";

/** A part of the commit: what it is called, its text over parameters `$first …`, and their values. */
interface Part {
  readonly name: string;
  readonly text: (first: number) => string;
  readonly values: readonly unknown[];
}

/** Where a step ends, for tests that stop there. */
export type CommitStep = "fence" | "state" | "outbox" | "rest";

export interface PreparedCommit {
  readonly statement: Statement;
  readonly values: readonly unknown[];
}

const FENCE = `update stream_offset set
    next = $5, watermark_ms = $6, outbox_seq = $7, inbox = inbox || $8::jsonb,
    moved_at = case when $5 > $4 then clock_timestamp() else moved_at end
  where task = $1 and partition = $2 and epoch = $3 and coalesce(next, $4) = $4
  returning task, partition`;

/** The whole batch as one statement; it returns one row when the fence held, none otherwise. */
export function commitStatement(batch: BatchCommit, columns: readonly WindowColumn[], fence = FENCE): PreparedCommit {
  const values: unknown[] = [...fenceValues(batch)];
  const parts = partsOf(batch, columns);
  const texts = parts.map(({ name, text, values: own }) => {
    const first = values.length + 1;
    values.push(...own);
    return `${name} as (${text(first)})`;
  });
  const text = `with fence as (${fence})${texts.map((each) => `,\n${each}`).join("")}\nselect 1 from fence`;
  // At most 63 characters: one letter per part, which differ in their first.
  const letters = parts.map(({ name }) => name[0]).join("");
  const name = `c:${batch.task}:${letters}${fence === FENCE ? "" : "-mutant"}`;
  return { statement: { name, text }, values };
}

/** The same batch statement by statement, for batches that also write to the repository. */
export function commitSteps(
  batch: BatchCommit,
  columns: readonly WindowColumn[],
  fence = FENCE,
): readonly { readonly step: CommitStep; readonly text: string; readonly values: readonly unknown[] }[] {
  const own = { task: batch.task, partition: batch.partition };
  const rest = partsOf(batch, columns).map(({ name, text, values }) => ({
    step: STEP_OF[name] ?? ("rest" as const),
    text: `with fence as (select $1::text as task, $2::int as partition) ${text(3)}`,
    values: [own.task, own.partition, ...values],
  }));
  return [{ step: "fence", text: fence, values: fenceValues(batch) }, ...rest];
}

const STEP_OF: Readonly<Record<string, CommitStep>> = {
  kept: "state",
  gone: "state",
  windows: "state",
  sent: "outbox",
};

function fenceValues(batch: BatchCommit): readonly unknown[] {
  const watermark = Number.isFinite(batch.watermarkMs) ? batch.watermarkMs : null;
  const { task, partition, epoch, start, end, outboxSeq, inbox } = batch;
  return [task, partition, epoch, start, end, watermark, outboxSeq, JSON.stringify(inbox)];
}

function partsOf(batch: BatchCommit, columns: readonly WindowColumn[]): readonly Part[] {
  return [
    ...stateParts(batch),
    ...windowParts(batch, columns),
    ...(batch.relayedSeq > 0 ? [relayedPart(batch.relayedSeq)] : []),
    ...(batch.outbox.length > 0 ? [outboxPart(batch.outbox)] : []),
    ...parkedParts(batch),
  ];
}

function stateParts({ state }: BatchCommit): readonly Part[] {
  const kept = state.filter(({ value }) => value !== null);
  const gone = state.filter(({ value }) => value === null);
  const parts: Part[] = [];
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

function windowParts(batch: BatchCommit, columns: readonly WindowColumn[]): readonly Part[] {
  const { windows, dropWindowsEndedBeforeMs, task } = batch;
  const table = windowTable(task);
  const parts: Part[] = [];
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
    parts.push({
      name: "dropped",
      text: (first) => `delete from ${table} using fence
        where ${table}.partition = fence.partition and start_ms < $${first} and start_ms + size_ms <= $${first}`,
      values: [dropWindowsEndedBeforeMs],
    });
  }
  return parts;
}

function relayedPart(relayedSeq: number): Part {
  return {
    name: "relayed",
    text: (first) => `delete from stream_outbox using fence
      where stream_outbox.task = fence.task and stream_outbox.partition = fence.partition and seq <= $${first}`,
    values: [relayedSeq],
  };
}

function outboxPart(rows: readonly OutboxRow[]): Part {
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

function parkedParts({ parked, unparked }: BatchCommit): readonly Part[] {
  const again = new Set(parked.map(({ offset }) => offset));
  const gone = unparked.filter((offset) => !again.has(offset));
  const parts: Part[] = [];
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
