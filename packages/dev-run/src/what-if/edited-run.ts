/** A recording run with edits: everything again, or only what lies behind them. Both give the same, to the byte. */
import {
  type BeginOptions,
  type CandidateBatch,
  type NodeOutputs,
  REQUEST_END,
  type Recording,
} from "@tenon/graph-core";
import { decodeValue } from "@tenon/graph-core/internal";
import { givenFrom, requestOf, rerunFor } from "../replay/given-from.ts";
import { type AnyExecutor, featureSchemas, type PlanNode, producerOf } from "../replay/graph-facts.ts";
import { type ObservedRun, type ReplayManner, type RunRecordedOptions, runRecorded } from "../replay/run-recorded.ts";
import { applyEdit, wrongEdit } from "./apply-edit.ts";
import type { Edit, SlotEdit } from "./edit.ts";

/** Runs every node, with the edits. @throws GraphError TENON2005 for an edit that does not fit the run */
export async function runEdited(
  executor: AnyExecutor,
  recording: Recording,
  edits: readonly Edit[],
  options: ReplayManner = {},
): Promise<ObservedRun> {
  const request = decodeValue(recording.request, featureSchemas(executor)) as NodeOutputs;
  const edited = new EditedNodes(executor, request, edits);
  const run = await runRecorded(executor, recording, { ...options, ...edited.options, hooks: edited.hooks() });
  edited.requireApplied(run);
  return run;
}

export interface Rerun {
  readonly run: ObservedRun;
  /** Names of the nodes that ran again, in execution order; the others gave what they gave before. */
  readonly rerun: readonly string[];
}

/** Runs again what lies behind the edits; the rest is given from `before`, a run of the same recording. @throws TENON2005 */
export async function rerunEdited(
  executor: AnyExecutor,
  recording: Recording,
  before: ObservedRun,
  edits: readonly Edit[],
  options: ReplayManner = {},
): Promise<Rerun> {
  const edited = new EditedNodes(executor, requestOf(executor, before), edits);
  const slots = edits.map(({ slot }) => slot);
  const rerun = rerunFor(executor, before, slots);
  const hooks = edited.hooks(givenFrom(executor, before, rerun));
  const run = await runRecorded(executor, recording, { ...options, ...edited.options, hooks });
  edited.requireApplied(run);
  const { nodes } = executor.plan;
  return { run, rerun: nodes.filter(({ index }) => rerun.has(index)).map(({ wired }) => wired.name) };
}

class EditedNodes {
  readonly #executor: AnyExecutor;
  readonly #byNode = new Map<number, Edit[]>();
  /** Nodes that write one slot, which is set: they are not called. */
  readonly #instead = new Map<number, SlotEdit>();
  readonly #applied = new Set<Edit>();
  readonly #edits: readonly Edit[];
  /** Request slots with their edits, and nodes that were off and are given outputs now. */
  readonly options: Pick<RunRecordedOptions, "override" | "switchedOn">;
  #problem: unknown = undefined;

  constructor(executor: AnyExecutor, request: NodeOutputs, edits: readonly Edit[]) {
    this.#executor = executor;
    this.#edits = edits;
    const ofRequest = edits.filter((edit) => !this.#isOfNode(edit));
    this.options = {
      override: this.#edited(request, ofRequest, undefined, ({ slot }) => slot),
      switchedOn: [...this.#instead.keys()].map((at) => executor.plan.nodes[at]?.wired.name ?? ""),
    };
  }

  #isOfNode(edit: Edit): boolean {
    const node = producerOf(this.#executor, edit.slot);
    if (node === undefined) return false;
    if (edit.kind === "slot" && isSetWhole(node)) this.#instead.set(node.index, edit);
    this.#byNode.set(node.index, [...(this.#byNode.get(node.index) ?? []), edit]);
    return true;
  }

  hooks(given?: NonNullable<BeginOptions["given"]>): Pick<BeginOptions, "given" | "edit"> {
    return {
      given: (at, inputs) => {
        const instead = this.#instead.get(at);
        if (instead === undefined) return given?.(at, inputs);
        return { [this.#nameOf(at, instead)]: instead.value };
      },
      edit: (at, outputs, inputs) => {
        try {
          return this.#editedBy(at, outputs, inputs);
        } catch (error) {
          // A failure policy may hide what is thrown here.
          this.#problem ??= error;
          throw error;
        }
      },
    };
  }

  #editedBy(at: number, outputs: NodeOutputs, inputs: NodeOutputs): NodeOutputs {
    const edits = this.#byNode.get(at);
    if (edits === undefined) return outputs;
    const batch = inputs[this.#executor.plan.nodes[at]?.wired.definition.of?.name ?? ""] as CandidateBatch | undefined;
    return this.#edited(outputs, edits, batch, (edit) => this.#nameOf(at, edit));
  }

  #edited(
    values: NodeOutputs,
    edits: readonly Edit[],
    batch: CandidateBatch | undefined,
    nameOf: (edit: Edit) => string,
  ): NodeOutputs {
    const edited: Record<string, unknown> = { ...values };
    for (const edit of edits) {
      const name = nameOf(edit);
      edited[name] = applyEdit(edit, edited[name], batch);
      this.#applied.add(edit);
    }
    return edited;
  }

  /** The slot's name within its node: the key without the path of a subgraph. */
  #nameOf(at: number, { slot }: Edit): string {
    const { writes = [], definition } = this.#executor.plan.nodes[at]?.wired ?? {};
    return definition?.writes[writes.indexOf(slot)]?.name ?? "";
  }

  /** @throws GraphError TENON2005 for an edit of what was not there */
  requireApplied(run: ObservedRun): void {
    if (this.#problem !== undefined) throw this.#problem;
    const left = this.#edits.find((edit) => !this.#applied.has(edit));
    if (left === undefined) return;
    const node = producerOf(this.#executor, left.slot);
    const outcome = node === undefined ? "notRun" : run.trace.outcomeName(node.wired.position);
    throw wrongEdit(
      left,
      `node "${node?.wired.name ?? REQUEST_END}" gave nothing of its own in this run (${outcome})`,
      {
        detail: run.failure?.message,
        hint: "set the slot as a whole, or edit what kept the node from giving it",
      },
    );
  }
}

/** A filter is never left out: the ledger needs its verdicts. */
function isSetWhole({ wired }: PlanNode): boolean {
  return wired.writes.length === 1 && wired.definition.kind !== "filter";
}
