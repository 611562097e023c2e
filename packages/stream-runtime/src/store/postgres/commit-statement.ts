/**
 * Batches as one statement: the fence and everything that depends on it travel and commit together, in one round trip. Every
 * part is joined to the fence's rows, so without them nothing is written. Of several batches either all have their row, or none.
 */
import type { Statement } from "@tenon/postgres";
import type { BatchCommit } from "../task-store.ts";
import { numbersText, textsText } from "./array-text.ts";
import { type CommitPart, partsOf } from "./commit-parts.ts";
import type { WindowColumn } from "./tables.ts";

/** Where a step ends, for tests that stop there. */
export type CommitStep = "fence" | "state" | "outbox" | "rest";

export interface PreparedCommit {
  readonly statement: Statement;
  readonly values: readonly unknown[];
}

interface StepStatement {
  readonly step: CommitStep;
  readonly text: string;
  readonly values: readonly unknown[];
}

const STANDS = "epoch = $3 and coalesce(next, $4) = $4";
const FENCE = `update stream_offset set
    next = $5, watermark_ms = $6, outbox_seq = $7, inbox = case when $8::jsonb is null then inbox else inbox || $8::jsonb end,
    moved_at = case when $5 > $4 then clock_timestamp() else moved_at end
  where task = $1 and partition = $2 and ${STANDS}
  returning task, partition`;
/** Without its fence, for the test that this would be noticed. */
const UNFENCED = FENCE.replace(STANDS, "$3::bigint > 0 and $4::bigint >= 0");

const ALL_STAND = "o.epoch = batch.epoch and coalesce(o.next, batch.start) = batch.start";
/**
 * The rows are locked first, in one order, as they are by now; they are moved only if every one stands where its batch begins.
 * Nobody else can move them in between.
 */
const FENCE_OF_ALL = `select o.task, o.partition from stream_offset o join batch on o.partition = batch.partition
    where o.task = $1 and ${ALL_STAND} order by o.partition for update of o
  ), fence as (
    update stream_offset o set
      next = batch.next, watermark_ms = batch.watermark_ms, outbox_seq = batch.outbox_seq,
      inbox = case when batch.inbox is null then o.inbox else o.inbox || batch.inbox::jsonb end,
      moved_at = case when batch.next > batch.start then clock_timestamp() else o.moved_at end
    from batch join held using (partition)
    where o.task = $1 and o.partition = batch.partition and (select count(*) from held) = (select count(*) from batch)
    returning o.task, o.partition`;
const UNFENCED_ALL = FENCE_OF_ALL.replace(ALL_STAND, "batch.epoch > 0 and batch.start >= 0");
const BATCHES = `select * from unnest($2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[])
    as batch (partition, epoch, start, next, watermark_ms, outbox_seq, inbox)`;

const STEP_OF: Readonly<Partial<Record<CommitPart["name"], CommitStep>>> = {
  kept: "state",
  gone: "state",
  windows: "state",
  sent: "outbox",
};

/** The statements of one task's commits. The same few sets of parts come again and again: their texts are made once. */
export class CommitStatements {
  readonly #task: string;
  readonly #columns: readonly WindowColumn[];
  readonly #isFenced: boolean;
  /** By the parts that they have, of which there are eight, and whether they are of one batch or of several. */
  readonly #known = new Map<string, Statement>();

  constructor(task: string, columns: readonly WindowColumn[], { isFenced }: { readonly isFenced: boolean }) {
    this.#task = task;
    this.#columns = columns;
    this.#isFenced = isFenced;
  }

  /** The batches, each of another partition, as one statement; it returns a row for each when the fence of all held, else none. */
  whole(batches: readonly BatchCommit[]): PreparedCommit {
    const parts = partsOf(batches, this.#columns);
    const values = this.#fenceValues(batches);
    const fenceLength = values.length;
    const letters = lettersOf(parts, batches.length);
    for (const part of parts) for (const value of part.values) values.push(value);
    let statement = this.#known.get(letters);
    if (statement === undefined) {
      // At most 63 characters: a task's name has 40.
      statement = { name: `c:${this.#task}:${letters}`, text: this.#text(parts, batches.length, fenceLength) };
      this.#known.set(letters, statement);
    }
    return { statement, values };
  }

  /** The same statement by statement, for tests that stop in between. */
  steps(batches: readonly BatchCommit[]): readonly StepStatement[] {
    const [first] = batches as readonly [BatchCommit];
    const rest = partsOf(batches, this.#columns).map(({ name, text, values }) => ({
      step: STEP_OF[name] ?? ("rest" as const),
      text: `with fence as (select $1::text as task, unnest($2::int[]) as partition) ${text(3)}`,
      values: [first.task, numbersText(batches.map(({ partition }) => partition)), ...values],
    }));
    const fence = `with ${this.#fenceText(batches.length)} select from fence`;
    return [{ step: "fence", text: fence, values: this.#fenceValues(batches) }, ...rest];
  }

  #text(parts: readonly CommitPart[], batches: number, fenceLength: number): string {
    let first = fenceLength + 1;
    let text = `with ${this.#fenceText(batches)}`;
    for (const [index, part] of parts.entries()) {
      text += `,\n${part.name}_${index} as (${part.text(first)})`;
      first += part.values.length;
    }
    // No column: only whether there are rows is of interest.
    return `${text}\nselect from fence`;
  }

  #fenceText(batches: number): string {
    if (batches === 1) return `fence as (${this.#isFenced ? FENCE : UNFENCED})`;
    return `batch as (${BATCHES}), held as (${this.#isFenced ? FENCE_OF_ALL : UNFENCED_ALL})`;
  }

  #fenceValues(batches: readonly BatchCommit[]): unknown[] {
    const rows = batches.map((batch) => ({ ...batch, watermark: watermarkOf(batch), taken: takenOf(batch) }));
    const [only] = rows;
    if (only !== undefined && rows.length === 1) {
      const { task, partition, epoch, start, end, watermark, outboxSeq, taken } = only;
      return [task, partition, epoch, start, end, watermark, outboxSeq, taken];
    }
    return [
      this.#task,
      numbersText(rows.map(({ partition }) => partition)),
      numbersText(rows.map(({ epoch }) => epoch)),
      numbersText(rows.map(({ start }) => start)),
      numbersText(rows.map(({ end }) => end)),
      numbersText(rows.map(({ watermark }) => watermark)),
      numbersText(rows.map(({ outboxSeq }) => outboxSeq)),
      textsText(rows.map(({ taken }) => taken)),
    ];
  }
}

function watermarkOf({ watermarkMs }: BatchCommit): number | null {
  return Number.isFinite(watermarkMs) ? watermarkMs : null;
}

/** What the inbox has taken, as JSON; null for nothing. */
function takenOf({ inbox }: BatchCommit): string | null {
  return inbox === undefined ? null : JSON.stringify(inbox);
}

/** One letter per part, which differ in their first; of those that may come several times their number. */
function lettersOf(parts: readonly CommitPart[], batches: number): string {
  let letters = batches > 1 ? "*" : "";
  let drops = 0;
  for (const { name } of parts) {
    if (name === "dropped") drops++;
    else letters += name[0];
  }
  return drops > 0 ? `${letters}d${drops}` : letters;
}
