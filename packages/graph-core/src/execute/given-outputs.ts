/**
 * What a host gives in the place of a node's call. Plain outputs are taken as they are; a filter's are the stage it
 * booked, so that the reason ledger of this run tells what the filter would have told.
 */
import { GraphError } from "../contract/error.ts";
import type { WiredNode } from "../graph/wiring.ts";
import type { LedgerStage } from "../observe/reason-ledger.ts";
import type { CandidateBatch } from "../values/candidate-batch.ts";
import type { NodeOutputs, RunContext } from "./run-context.ts";

export class GivenOutputs {
  readonly #index: number;
  readonly #wired: WiredNode;

  constructor(index: number, wired: WiredNode) {
    this.#index = index;
    this.#wired = wired;
  }

  /** `undefined` where the node is to run. @throws GraphError TENON1216 for a stage that is none of this batch */
  of(request: RunContext, inputs: NodeOutputs): NodeOutputs | undefined {
    const given = request.options.given?.(this.#index, inputs);
    if (given === undefined || this.#wired.definition.kind !== "filter") return given as NodeOutputs | undefined;
    const { of, writes } = this.#wired.definition;
    const stage = given as LedgerStage;
    const batch = inputs[of?.name ?? ""] as CandidateBatch;
    if (stage.batch === undefined || stage.kept === undefined || !stage.batch.sharesRows(batch)) throw notItsStage();
    request.ledger.stage(this.#wired.position, batch, stage.kept, stage.droppedRows, stage.drops);
    return { [writes[0]?.name ?? ""]: stage.kept };
  }
}

function notItsStage(): GraphError {
  return new GraphError("was given a stage of another batch than the one it is to judge", {
    code: "TENON1216",
    category: "input",
    detail: "expected a stage of the reason ledger whose batch has the rows of this run's batch",
    hint: "give a filter the stage of a run in which everything before it was the same, or let it run",
  });
}
