/**
 * A batch as one statement: the fence and everything that depends on it travel and commit together, in one round trip. Every
 * part is joined to the fence's row, so without that row nothing is written.
 */
import type { Statement } from "@tenon/postgres";
import type { BatchCommit } from "../task-store.ts";
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

const FENCE = `update stream_offset set
    next = $5, watermark_ms = $6, outbox_seq = $7, inbox = case when $8::jsonb is null then inbox else inbox || $8::jsonb end,
    moved_at = case when $5 > $4 then clock_timestamp() else moved_at end
  where task = $1 and partition = $2 and epoch = $3 and coalesce(next, $4) = $4
  returning task, partition`;

/** Without its fence, for the test that this would be noticed. */
const UNFENCED = FENCE.replace("epoch = $3 and coalesce(next, $4) = $4", "$3::bigint > 0 and $4::bigint >= 0");

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
  readonly #fence: string;
  /** By the parts that they have, of which there are eight. */
  readonly #known = new Map<string, Statement>();

  constructor(task: string, columns: readonly WindowColumn[], { isFenced }: { readonly isFenced: boolean }) {
    this.#task = task;
    this.#columns = columns;
    this.#fence = isFenced ? FENCE : UNFENCED;
  }

  /** The whole batch as one statement; it returns one row when the fence held, none otherwise. */
  whole(batch: BatchCommit): PreparedCommit {
    const parts = partsOf(batch, this.#columns);
    const values = fenceValues(batch);
    const fenceLength = values.length;
    // One letter per part, which differ in their first.
    let letters = "";
    for (const part of parts) {
      letters += part.name[0];
      for (const value of part.values) values.push(value);
    }
    let statement = this.#known.get(letters);
    if (statement === undefined) {
      // At most 63 characters: a task's name has 40.
      statement = { name: `c:${this.#task}:${letters}`, text: this.#text(parts, fenceLength) };
      this.#known.set(letters, statement);
    }
    return { statement, values };
  }

  /** The same batch statement by statement, for batches that also write to the repository. */
  steps(batch: BatchCommit): readonly StepStatement[] {
    const { task, partition } = batch;
    const rest = partsOf(batch, this.#columns).map(({ name, text, values }) => ({
      step: STEP_OF[name] ?? ("rest" as const),
      text: `with fence as (select $1::text as task, $2::int as partition) ${text(3)}`,
      values: [task, partition, ...values],
    }));
    return [{ step: "fence", text: this.#fence, values: fenceValues(batch) }, ...rest];
  }

  #text(parts: readonly CommitPart[], fenceLength: number): string {
    let first = fenceLength + 1;
    let text = `with fence as (${this.#fence})`;
    for (const part of parts) {
      text += `,\n${part.name} as (${part.text(first)})`;
      first += part.values.length;
    }
    // No column: only whether there is a row is of interest.
    return `${text}\nselect from fence`;
  }
}

function fenceValues({ task, partition, epoch, start, end, outboxSeq, inbox, watermarkMs }: BatchCommit): unknown[] {
  const watermark = Number.isFinite(watermarkMs) ? watermarkMs : null;
  return [task, partition, epoch, start, end, watermark, outboxSeq, inbox && JSON.stringify(inbox)];
}
