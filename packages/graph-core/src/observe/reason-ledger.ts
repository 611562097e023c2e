/**
 * What became of every candidate of one request: kept or dropped, by which node, for which reason.
 *
 * - L1  Per stage: every candidate that enters leaves as kept or dropped with a reason, exactly once.
 * - L2  Between stages: what one stage kept and a later one judges are the same candidates; a node in between may reorder
 *       or add columns, but only a filter may drop. A node that builds a new batch (a merge) starts a new chain.
 * - L3  Hence, for the request: entered = kept + dropped. Where two filters judge one batch side by side, its candidates
 *       enter once for each.
 *
 * The executor books stages in the order they ran; a filter of a shadow is not booked. Batches are immutable, so a stage
 * keeps references and nothing is copied but the dropped rows.
 */
import type { Drop } from "../contract/node.ts";
import type { Topology } from "../graph/topology.ts";
import type { CandidateBatch } from "../values/candidate-batch.ts";
import { type Conservation, judge } from "./conservation.ts";
import { type LedgerJson, ledgerToJson } from "./ledger-json.ts";

export interface LedgerStage {
  /** Graph position of the filter. */
  readonly nodeIndex: number;
  readonly batch: CandidateBatch;
  readonly kept: CandidateBatch;
  /** Rows of `batch`. */
  readonly droppedRows: Int32Array;
  /** One per dropped row. */
  readonly drops: readonly Drop[];
}

/** One candidate at one stage. */
export type CandidateStep =
  | { readonly nodeIndex: number; readonly fate: "kept" }
  | { readonly nodeIndex: number; readonly fate: "dropped"; readonly drop: Drop };

export interface CandidatePath {
  readonly id: number;
  /** `lost`: it left between two stages without a reason, which {@link ReasonLedger.conserved} reports too. */
  readonly fate: "kept" | "dropped" | "lost" | "neverEntered";
  /** In the order the stages ran. */
  readonly steps: readonly CandidateStep[];
}

export class ReasonLedger {
  readonly #stages: LedgerStage[] = [];

  get stages(): readonly LedgerStage[] {
    return this.#stages;
  }

  /** Books one filter: `drops[i]` says why row `droppedRows[i]` of `batch` is not in `kept`. Copies the rows. */
  stage(
    nodeIndex: number,
    batch: CandidateBatch,
    kept: CandidateBatch,
    droppedRows: Int32Array | readonly number[],
    drops: readonly Drop[],
  ): void {
    this.#stages.push({ nodeIndex, batch, kept, droppedRows: new Int32Array(droppedRows), drops });
  }

  /** How many candidates were dropped for each reason, over all stages. */
  countsByReason(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    // A filter mostly drops for one reason: runs of equal reasons are counted at once.
    for (const { drops } of this.#stages) {
      for (let start = 0, end = 0; start < drops.length; start = end) {
        const { reason } = drops[start] as Drop;
        while (end < drops.length && (drops[end] as Drop).reason === reason) end++;
        counts.set(reason, (counts.get(reason) ?? 0) + end - start);
      }
    }
    return counts;
  }

  /** Checks L1 to L3 and names every breach. Linear in stages × candidates. */
  conserved(): Conservation {
    return judge(this.#stages);
  }

  /** With the names of `topology`, for recordings, the studio and reports. */
  toJson(topology: Topology): LedgerJson {
    return ledgerToJson(this, topology);
  }

  /** The way of one candidate, by id, through the stages that judged it. */
  explain(id: number): CandidatePath {
    const steps: CandidateStep[] = [];
    for (const { nodeIndex, batch, kept, droppedRows, drops } of this.#stages) {
      const row = batch.rowOfId(id);
      if (row === -1) continue;
      const drop = drops[droppedRows.indexOf(row)];
      if (drop !== undefined) steps.push({ nodeIndex, fate: "dropped", drop });
      else if (kept.rowOfId(id) !== -1) steps.push({ nodeIndex, fate: "kept" });
    }
    return { id, steps, fate: this.#fateOf(id, steps) };
  }

  #fateOf(id: number, steps: readonly CandidateStep[]): CandidatePath["fate"] {
    if (steps.some((step) => step.fate === "dropped")) return "dropped";
    if (this.conserved().breaches.some((breach) => breach.ids.includes(id))) return "lost";
    return steps.length === 0 ? "neverEntered" : "kept";
  }
}
