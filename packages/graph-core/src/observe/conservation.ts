import { type CandidateBatch, originRows } from "../values/candidate-batch.ts";
import { idValues } from "../values/id-columns.ts";
import type { LedgerStage } from "./reason-ledger.ts";

/** A place where candidates appeared, vanished or were counted twice. */
export interface ConservationBreach {
  /** `stage`: kept and dropped are not the batch. `between`: lost between two filters. `reason`: dropped without one. */
  readonly kind: "stage" | "between" | "reason";
  /** Graph position of the stage, or of the stage after the loss. */
  readonly nodeIndex: number;
  /** Graph position of the stage before the loss. */
  readonly afterNodeIndex: number | undefined;
  /** The candidates concerned, in batch order. */
  readonly ids: readonly number[];
}

export interface Conservation {
  readonly ok: boolean;
  /** Candidates that entered first stages. */
  readonly entered: number;
  /** Candidates in the kept batches that no further stage judges. */
  readonly kept: number;
  readonly dropped: number;
  readonly breaches: readonly ConservationBreach[];
}

/** Checks the laws of `reason-ledger.ts` over the stages of one request, in the order they ran. */
export function judge(stages: readonly LedgerStage[]): Conservation {
  const breaches: ConservationBreach[] = [];
  const judgedAgain = new Map<LedgerStage, number>();
  let entered = 0;
  let kept = 0;
  let dropped = 0;
  stages.forEach((stage, at) => {
    dropped += stage.droppedRows.length;
    breaches.push(...withinStage(stage));
    const before = stageBefore(stages, at);
    if (before === undefined) {
      entered += stage.batch.size;
      return;
    }
    const times = judgedAgain.get(before) ?? 0;
    if (times > 0) entered += before.kept.size;
    judgedAgain.set(before, times + 1);
    const ids = lostBetween(before.kept, stage.batch);
    if (ids.length > 0) {
      breaches.push({ kind: "between", nodeIndex: stage.nodeIndex, afterNodeIndex: before.nodeIndex, ids });
    }
  });
  for (const stage of stages) if (!judgedAgain.has(stage)) kept += stage.kept.size;
  return { ok: breaches.length === 0 && entered === kept + dropped, entered, kept, dropped, breaches };
}

function* withinStage(stage: LedgerStage): Generator<ConservationBreach> {
  const { nodeIndex, batch, kept, droppedRows, drops } = stage;
  const fates = new Uint8Array(batch.size);
  for (const row of droppedRows) if (row < batch.size) fates[row] = (fates[row] ?? 0) + 1;
  const keptRows = rowsWithin(kept, batch);
  if (keptRows === "same") for (let row = 0; row < batch.size; row += 1) fates[row] = (fates[row] ?? 0) + 1;
  else for (const row of keptRows ?? []) fates[row] = (fates[row] ?? 0) + 1;
  const wrong = idsWhere(batch, (row) => fates[row] !== 1);
  if (wrong.length > 0) yield { kind: "stage", nodeIndex, afterNodeIndex: undefined, ids: wrong };

  const silent = [...droppedRows].filter((_, at) => (drops[at]?.reason ?? "") === "");
  if (silent.length > 0) {
    yield { kind: "reason", nodeIndex, afterNodeIndex: undefined, ids: silent.map((row) => batch.ids.at(row)) };
  }
}

/** The rows of `batch` that `kept` holds; `undefined` when it does not come from it at all. */
function rowsWithin(kept: CandidateBatch, batch: CandidateBatch): Int32Array | "same" | undefined {
  if (kept.sharesRows(batch)) return "same";
  return kept.origin?.batch.sharesRows(batch) ? originRows(kept.origin) : undefined;
}

/** The latest earlier stage whose kept candidates this one judges, directly or after a plain node selected from them. */
function stageBefore(stages: readonly LedgerStage[], at: number): LedgerStage | undefined {
  for (let batch = stages[at]?.batch; batch !== undefined; batch = batch.origin?.batch) {
    for (let earlier = at - 1; earlier >= 0; earlier -= 1) {
      const stage = stages[earlier];
      if (stage?.kept.sharesRows(batch)) return stage;
    }
  }
  return undefined;
}

function lostBetween(kept: CandidateBatch, batch: CandidateBatch): readonly number[] {
  if (batch.sharesRows(kept)) return [];
  const present = new Set(idValues(batch.ids));
  return idsWhere(kept, (row) => !present.has(kept.ids.at(row)));
}

function idsWhere(batch: CandidateBatch, holds: (row: number) => boolean): readonly number[] {
  const ids: number[] = [];
  for (let row = 0; row < batch.size; row += 1) if (holds(row)) ids.push(batch.ids.at(row));
  return ids;
}
