/**
 * The wrapper around each node in `runChecked`: clock before and after, exact output keys, compiled schema check, deep
 * freeze, and checksums of the columns a node was given, which is the only way to see a write to a typed array.
 */
import { GraphError } from "../contract/error.ts";
import type { NodeContext } from "../contract/context.ts";
import type { AnySlot } from "../contract/slot.ts";
import type { PlanNode } from "../compile/plan-model.ts";
import { compiledSlot } from "../schema/index.ts";
import { Outcome } from "../observe/trace-record.ts";
import { checksum } from "../values/checksum.ts";
import { NodeRun } from "./node-run.ts";
import type { RunContext } from "./run-context.ts";

type Bag = Readonly<Record<string, unknown>>;
// biome-ignore lint/suspicious/noExplicitAny: node functions are typed where they are declared
export type NodeFunction = (inputs: any, ctx: any) => unknown;

/** Wraps node functions for checked runs. */
export function checkedNodes(nodes: readonly PlanNode[]): (index: number, run: NodeFunction) => NodeFunction {
  return (index, run) => {
    const node = nodes[index] as PlanNode;
    const check = new OutputCheck(node);
    const inputs = inputSlots(node);
    const firstOutput = node.wired.definition.writes[0]?.name ?? "";

    const { position } = node.wired;
    return (bag: Bag, given: RunContext | NodeRun) => {
      const ctx = given instanceof NodeRun ? given.request : given;
      const trace = ctx.trace;
      const finish = (outputs: unknown): unknown => {
        guardInputs(ctx, node, inputs, bag);
        check.outputs(outputs as Bag);
        rememberOutputs(ctx, node, outputs as Bag);
        trace?.setOutcome(position, Outcome.ok);
        if (trace !== undefined) trace.sizeOut[position] = sizeOf((outputs as Bag | null)?.[firstOutput]);
        return outputs;
      };
      const ended = (): void => {
        if (trace !== undefined) trace.end[position] = ctx.elapsedMs();
      };
      if (trace !== undefined) trace.start[position] = ctx.elapsedMs();
      let outputs: unknown;
      try {
        outputs = run(bag, given);
        if (!isThenable(outputs)) return finish(outputs);
      } finally {
        ended();
      }
      return outputs.then(finish).then(
        (value) => (ended(), value),
        (error: unknown) => {
          ended();
          throw error;
        },
      );
    };
  };
}

function sizeOf(value: unknown): number {
  const sized = value as { size?: unknown; rowCount?: unknown; length?: unknown } | null | undefined;
  const size = sized?.size ?? sized?.rowCount ?? sized?.length;
  return typeof size === "number" ? size : -1;
}

/** Checksum of a value that freezing cannot protect; `undefined` for all others. */
function checksumOf(value: unknown): number | undefined {
  const guarded = (value as { tenonValue?: unknown } | null | undefined)?.tenonValue !== undefined;
  return guarded ? checksum(value as Parameters<typeof checksum>[0]) : undefined;
}

/** A node's own function with a context of exactly the declared resources: an undeclared use fails here, not in production. */
export function withDeclaredUses({ wired }: PlanNode): NodeFunction {
  const { run, uses } = wired.definition;
  const names = uses.map((each) => each.name);
  return (inputs, given: RunContext | NodeRun) => run(inputs, declaredOnly(given, names));
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

function declaredOnly(given: RunContext | NodeRun, names: readonly string[]): NodeContext {
  const uses: Record<string, unknown> = {};
  for (const name of names) uses[name] = given.uses[name];
  return {
    uses: Object.freeze(uses),
    clock: given.clock,
    deadlineMs: given.deadlineMs,
    random: given.random,
    width: given.width,
    get signal() {
      return given.signal;
    },
  };
}

interface InputSlot {
  readonly key: string;
  readonly name: string;
}

function inputSlots({ wired }: PlanNode): InputSlot[] {
  const tokens = [...wired.definition.reads, ...wired.definition.soft];
  const keys = [...wired.reads, ...wired.soft];
  return tokens.map((token, at) => ({ name: token.name, key: keys[at] as string }));
}

function rememberOutputs(ctx: RunContext, { wired }: PlanNode, outputs: Bag): void {
  wired.definition.writes.forEach((token, at) => {
    const sum = checksumOf(outputs[token.name]);
    if (sum !== undefined) ctx.checksums.set(wired.writes[at] as string, sum);
  });
}

function guardInputs(ctx: RunContext, { wired }: PlanNode, inputs: readonly InputSlot[], bag: Bag): void {
  for (const { key, name } of inputs) {
    const before = ctx.checksums.get(key);
    if (before === undefined || checksumOf(bag[name]) === before) continue;
    throw new GraphError(`changed a value it was given: slot "${name}"`, {
      code: "TENON1208",
      category: "node",
      slot: name,
      detail: `the checksum of "${key}" differs before and after node "${wired.name}"`,
      hint: "columns are immutable: write a new column (F64Column.fill, a Writer) instead of the array behind one",
    });
  }
}

/** Exact keys, schema and freeze of what a node returns. */
class OutputCheck {
  readonly #slots: readonly { readonly token: AnySlot; readonly schema: ReturnType<typeof compiledSlot> }[];
  readonly #names: ReadonlySet<string>;

  constructor({ wired }: PlanNode) {
    this.#slots = wired.definition.writes.map((token) => ({ token, schema: compiledSlot(token) }));
    this.#names = new Set(wired.definition.writes.map((token) => token.name));
  }

  outputs(outputs: Bag): void {
    if (outputs === null || typeof outputs !== "object") return; // reported as TENON1202 by the plan
    for (const key of Object.keys(outputs)) {
      if (!this.#names.has(key)) {
        throw new GraphError(`returned "${key}", which it does not declare in writes`, {
          code: "TENON1203",
          category: "node",
          detail: `declared: ${[...this.#names].join(", ")}`,
          hint: `add the slot to writes, or leave "${key}" out`,
        });
      }
    }
    for (const { token, schema } of this.#slots) {
      const value = outputs[token.name];
      const failure = schema.check(value);
      if (failure !== undefined) {
        throw new GraphError(`wrote a value that slot "${token.name}" (owner ${token.owner}) does not allow`, {
          code: "TENON1209",
          category: "node",
          slot: token.name,
          detail: `at ${failure.path || "the value itself"}: expected ${failure.expected}, found ${failure.found}`,
          hint: "return a value of the slot's schema, or change the schema together with its readers",
        });
      }
      schema.freeze(value);
    }
  }
}
