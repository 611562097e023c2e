/**
 * The wrapper around each node in `runChecked`: clock before and after, exact output keys, compiled schema check, deep
 * freeze, and a copy of every array behind what is written, which is the only way to see a later write to a typed array.
 */

import type { PlanNode } from "../compile/plan-model.ts";
import { GraphError } from "../contract/error.ts";
import type { AnySlot } from "../contract/slot.ts";
import type { WiredNode } from "../graph/wiring.ts";
import { Outcome } from "../observe/trace-record.ts";
import { type CheckFailure, type CompiledSchema, compiledSlot } from "../schema/index.ts";
import type { CheckedRun } from "./checked-run.ts";
import { GivenOutputs } from "./given-outputs.ts";
import { isPromise } from "./is-promise.ts";
import { NodeRun } from "./node-run.ts";
import type { NodeOutputs, RunContext } from "./run-context.ts";

type Bag = NodeOutputs;
// biome-ignore lint/suspicious/noExplicitAny: node functions are typed where they are declared
export type NodeFunction = (inputs: any, ctx: any) => unknown;

/** Wraps node functions for checked runs. Schemas are compiled when the first checked request comes. */
export function checkedNodes(nodes: readonly PlanNode[]): (index: number, run: NodeFunction) => NodeFunction {
  return (index, run) => {
    const { wired } = nodes[index] as PlanNode;
    const { position } = wired;
    const check = new OutputCheck(index, wired);
    const instead = new GivenOutputs(index, wired);
    return (bag: Bag, given: RunContext | NodeRun) => {
      const request = given instanceof NodeRun ? given.request : given;
      const checked = request.checked as CheckedRun;
      const { start, end } = checked.trace;
      start[position] = checked.elapsedMs();
      checked.trace.setOutcome(position, Outcome.unfinished);
      let outputs: unknown;
      try {
        outputs = instead.of(request, bag) ?? run(bag, given);
      } finally {
        end[position] = checked.elapsedMs();
      }
      return isPromise(outputs) ? settle(outputs, bag, given, check) : check.accept(outputs, bag, request);
    };
  };
}

/** `Promise.resolve`: a thenable may call back twice or return nothing from `then`. */
function settle(
  outputs: PromiseLike<unknown>,
  inputs: Bag,
  given: RunContext | NodeRun,
  check: OutputCheck,
): PromiseLike<unknown> {
  const request = given instanceof NodeRun ? given.request : given;
  const checked = request.checked as CheckedRun;
  // After the run's end, or the node's cut, its outcome is decided and its columns are guarded by nobody.
  const isOver = (): boolean => request.closed || (given instanceof NodeRun && given.over);
  return Promise.resolve(outputs).then(
    (settled) => {
      if (isOver()) return settled;
      checked.endNode(check.position);
      return check.accept(settled, inputs, request);
    },
    (error: unknown) => {
      if (!isOver()) checked.endNode(check.position);
      throw error;
    },
  );
}

interface OutputSlot {
  readonly token: AnySlot;
  readonly key: string;
  readonly schema: CompiledSchema;
  /** True for a name that every object inherits ("constructor"): only an own property counts. */
  readonly inherited: boolean;
}

/** Exact keys, schema and freeze of what a node returns. */
class OutputCheck {
  readonly position: number;
  readonly #index: number;
  readonly #wired: WiredNode;
  #slots: readonly OutputSlot[] | undefined;

  constructor(index: number, wired: WiredNode) {
    this.#index = index;
    this.position = wired.position;
    this.#wired = wired;
  }

  /** The outputs: checked, frozen, remembered. A missing one is the plan's to report (TENON1202). */
  accept(outputs: unknown, inputs: Bag, request: RunContext): unknown {
    const { options } = request;
    const checked = request.checked as CheckedRun;
    checked.trace.setOutcome(this.position, Outcome.ok);
    if (outputs === null || typeof outputs !== "object") return outputs;
    const bag = options.edit === undefined ? (outputs as Bag) : options.edit(this.#index, outputs as Bag, inputs);
    this.#slots ??= this.#compile();
    let present = 0;
    for (const { token, key, schema, inherited } of this.#slots) {
      const value = inherited && !Object.hasOwn(bag, token.name) ? undefined : bag[token.name];
      if (value === undefined) continue;
      if (present++ === 0) checked.trace.sizeOut[this.position] = sizeOf(value);
      const failure = schema.check(value);
      if (failure !== undefined) throw wrongValue(token, failure);
      schema.freeze(value);
      if (schema.arraysOf !== undefined) checked.guard(key, value, schema.arraysOf);
    }
    let keys = 0;
    for (const _name in bag) keys++;
    if (keys > present) this.#refuseUndeclared(bag);
    if (present === this.#slots.length) options.onOutputs?.(this.#index, bag);
    return bag;
  }

  #compile(): readonly OutputSlot[] {
    const { definition, writes } = this.#wired;
    return definition.writes.map((token, at) => ({
      token,
      key: writes[at] as string,
      schema: compiledSlot(token),
      inherited: token.name in Object.prototype,
    }));
  }

  #refuseUndeclared(bag: Bag): void {
    const declared = this.#wired.definition.writes.map((token) => token.name);
    const extra = Object.keys(bag).find((name) => !declared.includes(name));
    if (extra === undefined) return;
    throw new GraphError(`returned "${extra}", which it does not declare in writes`, {
      code: "TENON1203",
      category: "node",
      detail: `declared: ${declared.join(", ")}`,
      hint: `add the slot to writes, or leave "${extra}" out`,
    });
  }
}

/** Candidates, rows or elements; -1 for a value that has no size, such as `null`. */
function sizeOf(value: unknown): number {
  const sized = (value ?? {}) as { size?: unknown; rowCount?: unknown; length?: unknown };
  const size = sized.size ?? sized.rowCount ?? sized.length;
  return typeof size === "number" ? size : -1;
}

function wrongValue(token: AnySlot, failure: CheckFailure): GraphError {
  return new GraphError(`wrote a value that slot "${token.name}" (owner ${token.owner}) does not allow`, {
    code: "TENON1209",
    category: "node",
    slot: token.name,
    detail: `at ${failure.path || "the value itself"}: expected ${failure.expected}, found ${failure.found}`,
    hint: "return a value of the slot's schema, or change the schema together with its readers",
  });
}
