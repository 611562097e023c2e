/** One node on a literal input bag: no graph, no mocks. */
import {
  type AnySlot,
  type CandidateBatch,
  type Drop,
  drop,
  type Node,
  type NodeContext,
  type Verdict,
} from "@tenon/graph-core";
import { compiledSlot, encodeValue } from "@tenon/graph-core/internal";
import { withPoisonedGlobals } from "./poisoned-globals.ts";

export interface RunNodeOptions {
  /** Stand-ins for the node's resources, by name. */
  readonly uses?: Readonly<Record<string, unknown>>;
  /** Request time, ms since the epoch. */
  readonly nowMs?: number;
  /** Draws by name; default: 0.5 always. */
  readonly random?: (name: string, index?: number) => number;
  /** Load-shedding quality for `context.width`; default 1. */
  readonly quality?: number;
  readonly signal?: AbortSignal;
}

/** A drop with the candidate it befell. */
export interface DroppedCandidate extends Drop {
  readonly id: number;
}

// biome-ignore lint/suspicious/noExplicitAny: a node's type carries names only; the test knows the values
export type NodeOutputs = Readonly<Record<string, any>>;

/** A context for a node under test. Using a resource that was not given throws its name. */
export function nodeContext(options: RunNodeOptions = {}): NodeContext<never> {
  const { quality = 1 } = options;
  const uses = new Proxy(options.uses ?? {}, {
    get: (target, name) => {
      if (typeof name === "symbol" || name in target) return (target as Record<string | symbol, unknown>)[name];
      throw new Error(`the node uses "${name}", which the test does not give: pass { uses: { ${name}: … } }`);
    },
  });
  return {
    uses: uses as never,
    clock: { nowMs: options.nowMs ?? 0 },
    deadlineMs: Number.POSITIVE_INFINITY,
    random: options.random ?? (() => 0.5),
    signal: options.signal ?? new AbortController().signal,
    width: (widthMax, widthMin) => Math.max(widthMin, Math.round(widthMax * quality)),
  };
}

/**
 * Runs a node once. Inputs are checked against their slots and deep-frozen, ambient inputs are poisoned, outputs are
 * checked against theirs. A filter gives its kept batch and `dropped`, one entry per dropped candidate.
 *
 * @example
 * const { ctr } = await runNode(rank, { candidates, features }, { uses: { ctrModel } });
 */
export async function runNode(
  node: Node,
  inputs: Readonly<Record<string, unknown>>,
  options: RunNodeOptions = {},
): Promise<NodeOutputs> {
  const { definition } = node;
  const given = onlyDeclared(node, inputs);
  const outputs = await withPoisonedGlobals(() => definition.run(given, nodeContext(options) as never));
  return checkedOutputs(node, given, outputs);
}

/**
 * Runs a node twice and fails unless both runs give the same bytes and leave the inputs as they were.
 */
export async function runPure(
  node: Node,
  inputs: Readonly<Record<string, unknown>>,
  options: RunNodeOptions = {},
): Promise<NodeOutputs> {
  const before = encodeValue(present(inputs));
  const first = await runNode(node, inputs, options);
  const second = await runNode(node, inputs, options);
  if (Buffer.compare(encodeValue(first), encodeValue(second)) !== 0) {
    throw new Error(
      `node of ${node.definition.owner} gives different outputs for equal inputs: it reads something it does not declare`,
    );
  }
  if (Buffer.compare(before, encodeValue(present(inputs))) !== 0) {
    throw new Error(`node of ${node.definition.owner} changed its inputs`);
  }
  return first;
}

function present(bag: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(bag).filter(([, value]) => value !== undefined));
}

function onlyDeclared(
  { definition }: Node,
  inputs: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const required = new Set(definition.reads);
  const bag: Record<string, unknown> = {};
  for (const slot of [...definition.reads, ...definition.soft]) {
    const value = inputs[slot.name];
    if (value === undefined && !required.has(slot)) continue;
    requireValue(slot, value, "input");
    compiledSlot(slot).freeze(value);
    bag[slot.name] = value;
  }
  for (const name of Object.keys(inputs)) {
    if (!(name in bag) && inputs[name] !== undefined) throw new Error(`the node does not read slot "${name}"`);
  }
  return guardedBag(bag, definition.soft);
}

/** Reading a slot that is not declared throws, where it would give `undefined` in production. */
function guardedBag(
  bag: Readonly<Record<string, unknown>>,
  soft: readonly AnySlot[],
): Readonly<Record<string, unknown>> {
  const known = new Set([...Object.keys(bag), ...soft.map((slot) => slot.name)]);
  return new Proxy(Object.freeze(bag), {
    get: (target, name) => {
      if (typeof name === "symbol" || known.has(name)) return target[name as string];
      throw new Error(`the node reads slot "${name}", which it does not declare in reads or soft`);
    },
  });
}

function requireValue(slot: AnySlot, value: unknown, kind: "input" | "output"): void {
  const failure = compiledSlot(slot).check(value);
  if (failure === undefined) return;
  throw new Error(
    `${kind} "${slot.name}" at ${failure.path || "the value itself"}: expected ${failure.expected}, found ${failure.found}`,
  );
}

function checkedOutputs(node: Node, inputs: Readonly<Record<string, unknown>>, outputs: unknown): NodeOutputs {
  const { definition } = node;
  if (node.kind === "filter") return judged(node, inputs, outputs as Verdict);
  const bag = outputs as Readonly<Record<string, unknown>>;
  for (const slot of definition.writes) requireValue(slot, bag[slot.name], "output");
  const declared = new Set(definition.writes.map((slot) => slot.name));
  for (const name of Object.keys(bag))
    if (!declared.has(name)) throw new Error(`the node returns "${name}", which it does not declare in writes`);
  return bag;
}

/** Applies a verdict to the batch the way the runtime does. */
function judged({ definition }: Node, inputs: Readonly<Record<string, unknown>>, verdict: Verdict): NodeOutputs {
  const batch = inputs[definition.of?.name ?? ""] as CandidateBatch;
  const kept: number[] = [];
  const dropped: DroppedCandidate[] = [];
  for (let row = 0; row < batch.size; row++) {
    const fate = verdict(row);
    if (fate === undefined) kept.push(row);
    else dropped.push({ id: batch.ids.at(row), ...drop(fate.reason, fate.threshold, fate.value) });
  }
  return { [definition.writes[0]?.name ?? "kept"]: batch.select(kept), dropped };
}
