/**
 * What generated plans call, as `$`. Everything here is off the straight path: it runs when a node fails, is cut, is
 * skipped, filters candidates or is compared with its shadow.
 */
import { hash } from "node:crypto";
import type { PlanNode } from "../compile/plan-model.ts";
import { GraphError } from "../contract/error.ts";
import type { Drop } from "../contract/node.ts";
import type { WiredNode } from "../graph/wiring.ts";
import { Outcome } from "../observe/trace-record.ts";
import { encodeValue } from "../schema/index.ts";
import type { CandidateBatch } from "../values/candidate-batch.ts";
import type { NodeFunction } from "./checked-node.ts";
import { messageOf } from "./error-text.ts";
import { NodeRun } from "./node-run.ts";
import { AsyncRunContext, type RunContext } from "./run-context.ts";

type Bag = Readonly<Record<string, unknown>>;

/** Promises of one plan that may be out at once are at most its async nodes; a blamed rejection waits this many turns. */
const BLAME_TURNS_MAX = 3;

const SWITCHED_OFF = Symbol("switched off");

export class PlanRuntime {
  readonly #graphName: string;
  readonly #nodes: readonly PlanNode[];
  readonly #asyncNodes: readonly PlanNode[];
  readonly #shadows: readonly WiredNode[];
  /** Per shadow: indexes of the nodes it is compared with, several where it shadows a subgraph. */
  readonly #primaries: readonly (readonly number[])[];
  /** Stands for the error of a node that was not called because it is switched off. */
  readonly switchedOff = SWITCHED_OFF;
  readonly checked: (index: number, run: NodeFunction) => NodeFunction;

  constructor(
    graphName: string,
    nodes: readonly PlanNode[],
    shadows: readonly WiredNode[],
    checked: (index: number, run: NodeFunction) => NodeFunction,
  ) {
    this.#graphName = graphName;
    this.#nodes = nodes;
    this.#asyncNodes = nodes.filter((node) => node.async);
    this.#shadows = shadows;
    this.#primaries = shadows.map(({ shadowOf }) =>
      nodes
        .filter(({ wired }) => wired.name === shadowOf || wired.name.startsWith(`${shadowOf}/`))
        .map(({ index }) => index),
    );
    this.checked = checked;
  }

  isPromise(value: unknown): value is PromiseLike<unknown> {
    return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
  }

  /** A run with async nodes begins: `reject` ends it from outside when the deadline passes. */
  open(ctx: AsyncRunContext, reject: (error: unknown) => void): void {
    ctx.reject = reject;
    if (ctx.deadlineMs !== Number.POSITIVE_INFINITY && ctx.options.unhurried !== true) ctx.state.wheel.add(ctx);
  }

  close(ctx: AsyncRunContext): void {
    if (ctx.inFlight !== 0 || ctx.inFlightMany !== undefined) ctx.state.countOut(ctx, undefined);
    ctx.close();
  }

  /** The error of a run that failed at a node; closes the run. */
  fail(ctx: RunContext, at: number, error: unknown, inputs: Bag | undefined): GraphError {
    const failure = this.#attributed(ctx, at, error, inputs);
    ctx.state.countFailure(ctx, at);
    ctx.close(failure);
    return failure;
  }

  #attributed(ctx: RunContext, at: number, error: unknown, inputs: Bag | undefined): GraphError {
    const node = this.#nodes[at]?.wired;
    if (node === undefined) {
      return error instanceof GraphError
        ? error
        : new GraphError(`graph "${this.#graphName}" failed outside its nodes: ${messageOf(error)}`, {
            code: "TENON1299",
            category: "invariant",
            graph: this.#graphName,
            hint: "this is a defect of the runtime: please report it with the cause",
            cause: error,
          });
    }
    const { owner } = node.definition;
    ctx.trace?.setOutcome(node.position, Outcome.failed);
    // An error that names another node comes from a graph that this node ran: it is the cause, not the failure.
    const own = error instanceof GraphError && error.node === undefined ? error : undefined;
    return new GraphError(
      own === undefined
        ? `node "${node.name}" (owner ${owner}) of graph "${this.#graphName}" failed: ${messageOf(error)}`
        : `node "${node.name}" (owner ${owner}) of graph "${this.#graphName}": ${own.message.slice(own.code.length + 1)}`,
      {
        code: own?.code ?? "TENON1201",
        category: own?.category ?? "node",
        graph: this.#graphName,
        node: node.name,
        owner,
        slot: own?.slot,
        detail: own?.detail,
        hint:
          own?.hint ??
          `replay request "${ctx.requestId}" to see it again; declare onFailure if the request can do without it`,
        inputDigest: digestOf(inputs),
        cause: own?.cause ?? error,
      },
    );
  }

  /** Graph position, which numbers the node in traces and ledgers. */
  #position(index: number): number {
    return this.#nodes[index]?.wired.position ?? -1;
  }

  /** A promise of the run was rejected: finds out whose it was, then fails the run in that node's name. */
  blame(
    ctx: RunContext,
    error: unknown,
    promises: readonly (Promise<unknown> | undefined)[],
    fail: (error: unknown, at: number) => void,
  ): void {
    const matches: number[] = [];
    promises.forEach((promise, position) => {
      promise?.then(undefined, (reason) => {
        if (Object.is(reason, error)) matches.push(position);
      });
    });
    const settle = (turnsLeft: number): void => {
      if (ctx.closed) {
        this.lateFailure(ctx, error);
        return;
      }
      if (matches.length === 0 && turnsLeft > 0) {
        queueMicrotask(() => settle(turnsLeft - 1));
        return;
      }
      const first = matches.length === 0 ? undefined : Math.min(...matches);
      fail(error, first === undefined ? -1 : (this.#asyncNodes[first]?.index ?? -1));
      // Nobody's, yet it has returned: it was counted as out when the run failed.
      if (first === undefined) ctx.state.countLate();
    };
    queueMicrotask(() => settle(BLAME_TURNS_MAX));
  }

  /** Refuses a record that misses a declared output. */
  present(index: number, record: unknown): void {
    const error = this.absentError(index, record);
    if (error !== undefined) throw error;
  }

  absent(index: number, _slot: string, record: unknown): never {
    throw this.absentError(index, record);
  }

  /** A slot named like something that every object inherits. */
  own(record: unknown, name: string): unknown {
    if (typeof record !== "object" || record === null || !Object.hasOwn(record, name)) return undefined;
    return (record as Bag)[name];
  }

  absentError(index: number, record: unknown): GraphError | undefined {
    const writes = this.#nodes[index]?.wired.definition.writes ?? [];
    const bag = record as Bag | null | undefined;
    let missing: string | undefined;
    for (const { name } of writes) {
      const value = name in Object.prototype ? this.own(bag, name) : bag?.[name];
      if (value === undefined) missing ??= name;
    }
    if (missing === undefined) return undefined;
    const names = writes.map((slot) => slot.name);
    const promised = this.isPromise(record);
    if (promised) abandon(record);
    const found = promised
      ? "a promise"
      : bag === null || bag === undefined
        ? String(bag)
        : `keys ${Object.keys(bag).join(", ") || "none"}`;
    return new GraphError(`returned no value for slot "${missing}"`, {
      code: "TENON1202",
      category: "node",
      slot: missing,
      detail: `expected { ${names.join(", ")} }, found ${found}`,
      hint: promised
        ? "declare `async: true` on the node, or await inside it"
        : `return { ${names.join(", ")} } from run; absence of a value needs onFailure: "omit" and a thrown error`,
    });
  }

  /** The context of a degradable async node: its own signal and budget. */
  nodeContext(ctx: AsyncRunContext, index: number, off: (error: unknown) => void): NodeRun {
    const budgetMs = ctx.options.unhurried === true ? undefined : this.#nodes[index]?.wired.definition.budgetMs;
    const run = new NodeRun(ctx, ctx.state.wheel, { budgetMs, onCut: () => off(this.#cutError(index, budgetMs)) });
    ctx.nodeRuns ??= [];
    ctx.nodeRuns[index] = run;
    return run;
  }

  /** Calls an async node that can degrade; it settles in a later microtask whatever it does. */
  follow(call: () => unknown, on: (outputs: unknown) => void, off: (error: unknown) => void): void {
    new Promise((resolve) => resolve(call())).then(on, off);
  }

  settled(ctx: AsyncRunContext, index: number): void {
    ctx.nodeRuns?.[index]?.end(undefined, true);
  }

  /** Applies the node's failure policy: its fallback outputs, or none. */
  recover(ctx: RunContext, index: number, error: unknown): Bag {
    const nodeRun = ctx instanceof AsyncRunContext ? ctx.nodeRuns?.[index] : undefined;
    nodeRun?.end(error);
    const definition = this.#nodes[index]?.wired.definition;
    const policy = definition?.onFailure;
    const by = error === SWITCHED_OFF ? "switchedOff" : nodeRun?.cut === true ? "timeout" : "failed";
    const outcome = policy === "omit" ? Outcome.omitted : Outcome.fallback;
    ctx.trace?.setOutcome(this.#position(index), by === "failed" ? outcome : Outcome[by]);
    if (by === "timeout") ctx.checked?.endNode(this.#position(index));
    ctx.degraded ??= new Map();
    ctx.degraded.set(index, by);
    ctx.state.countDegraded(index, by, by === "switchedOff" ? undefined : error);
    if (ctx.checked !== undefined && by !== "switchedOff") ctx.options.onReplaced?.(index, error);
    if (policy === "omit" || policy === undefined || policy === "failRequest") return {};
    // A filter's fallback is a verdict: what it gives is told when the stage is booked.
    if (ctx.checked !== undefined && definition?.kind !== "filter") ctx.options.onOutputs?.(index, policy.fallback);
    return policy.fallback;
  }

  skipped(ctx: RunContext, index: number): void {
    ctx.trace?.setOutcome(this.#position(index), Outcome.skipped);
  }

  late(ctx: RunContext, index: number): void {
    // A run that has ended has told its story: what comes after changes nothing in it.
    if (!ctx.closed) ctx.trace?.setOutcome(this.#position(index), Outcome.late);
    ctx.state.countLate();
  }

  lateFailure(ctx: RunContext, _error: unknown): void {
    ctx.state.countLate();
  }

  /** Runs an async node again after a failure, as often as declared, never after the node was cut or the run has ended. */
  retry(index: number, run: NodeFunction): NodeFunction {
    const node = this.#nodes[index];
    const attemptsMax = node?.wired.definition.retry?.attemptsMax ?? 0;
    return async (inputs, ctx) => {
      const request = ctx instanceof NodeRun ? ctx.request : (ctx as RunContext);
      for (let attempt = 1; ; attempt++) {
        try {
          return await run(inputs, ctx);
        } catch (error) {
          if (attempt > attemptsMax || request.closed || ctx.signal.aborted) throw error;
          request.trace?.countAttempt(this.#position(index));
        }
      }
    };
  }

  noVerdict(_index: number, verdict: unknown): never {
    abandon(verdict);
    throw new GraphError("returned no verdict function", {
      code: "TENON1205",
      category: "node",
      detail: `expected a function (row) => Drop | undefined, found ${this.isPromise(verdict) ? "a promise" : typeof verdict}`,
      hint: "return the verdict from run; declare `async: true` if run is async",
    });
  }

  /** Room for the kept rows of a filter that has just dropped its first one: all rows before it are kept. */
  rowsBefore(row: number, size: number): Int32Array {
    const rows = new Int32Array(size);
    for (let at = 0; at < row; at++) rows[at] = at;
    return rows;
  }

  /** Books a filter's verdicts in the reason ledger and gives the kept batch. */
  stage(
    ctx: RunContext,
    index: number,
    batch: CandidateBatch,
    rows: Int32Array | undefined,
    keptCount: number,
    dropped: readonly number[] | undefined,
    drops: readonly Drop[] | undefined,
  ): CandidateBatch {
    if (drops !== undefined) refuseNoDrop(batch, dropped ?? [], drops);
    const kept = rows === undefined ? batch : batch.select(rows.subarray(0, keptCount));
    // Judged too late: the run has ended, or the filter was cut and its policy has judged this batch.
    if (ctx instanceof NodeRun ? ctx.over : ctx.closed) return kept;
    const request = ctx instanceof NodeRun ? ctx.request : ctx;
    request.ledger.stage(this.#position(index), batch, kept, dropped ?? [], drops ?? []);
    if (request.checked !== undefined && request.degraded?.has(index)) this.#tellKept(request, index, kept);
    return kept;
  }

  /** What a filter's failure policy kept. */
  #tellKept({ options }: RunContext, index: number, kept: CandidateBatch): void {
    const name = this.#nodes[index]?.wired.definition.writes[0]?.name ?? "";
    options.onOutputs?.(index, { [name]: kept });
  }

  /** Refuses outputs of a map whose length is not the batch's. */
  sameLength(index: number, size: number, outputs: unknown): unknown {
    const bag = outputs as Bag | null | undefined;
    for (const slot of this.#nodes[index]?.wired.definition.writes ?? []) {
      const length = lengthOf(bag?.[slot.name]);
      if (length !== undefined && length !== size) {
        throw new GraphError(`wrote ${length} values to slot "${slot.name}" for a batch of ${size} candidates`, {
          code: "TENON1206",
          category: "node",
          slot: slot.name,
          detail: `expected ${size}, found ${length}`,
          hint: "a map gives one value per candidate, in the batch's order; use filter() to drop candidates",
        });
      }
    }
    return outputs;
  }

  /** Runs a shadow node after the answer and reports whether it agrees with its primary. */
  shadow(ctx: RunContext, shadowIndex: number, inputs: Bag, primary: Bag): void {
    const shadow = this.#shadows[shadowIndex];
    if (shadow === undefined) return;
    // A primary that was skipped or degraded has given nothing of its own to compare with.
    const absent = shadow.definition.reads.some(({ name }) => inputs[name] === undefined);
    if (absent || shadow.definition.writes.some(({ name }) => primary[name] === undefined)) return;
    if (this.#primaries[shadowIndex]?.some((index) => ctx.degraded?.has(index))) return;
    ctx.state.compareShadow(ctx, shadow, inputs, primary);
  }

  #cutError(index: number, budgetMs: number | undefined): GraphError {
    const node = this.#nodes[index]?.wired;
    return new GraphError(
      `node "${node?.name}" (owner ${node?.definition.owner}) passed its budget of ${budgetMs} ms`,
      {
        code: "TENON1204",
        category: "node",
        graph: this.#graphName,
        node: node?.name,
        owner: node?.definition.owner,
        hint: "its failure policy was applied; raise budgetMs or make the node faster",
      },
    );
  }
}

/** Handles the rejection of a promise that nobody asked for. */
function abandon(value: unknown): void {
  Promise.resolve(value).then(undefined, () => {});
}

/** A verdict of another kind (`false`, a promise) would drop a candidate without a reason. */
function refuseNoDrop(batch: CandidateBatch, rows: readonly number[], drops: readonly unknown[]): void {
  let at = 0;
  while (at < drops.length && typeof (drops[at] as Partial<Drop> | null)?.reason === "string") at++;
  if (at === drops.length) return;
  for (const drop of drops) abandon(drop);
  const found = drops[at];
  const row = rows[at] ?? -1;
  throw new GraphError(`gave no verdict on row ${row} (candidate ${batch.ids.at(row)})`, {
    code: "TENON1205",
    category: "node",
    detail: `expected drop(reason) or undefined, found ${found instanceof Promise ? "a promise" : found === null ? "null" : typeof found}`,
    hint: "return undefined to keep the candidate, drop(reason) to drop it; await before the verdict, not in it",
  });
}

/** Values per candidate; `undefined` for a value that has none, whatever its fields are called. */
function lengthOf(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!Array.isArray(value) && !("tenonValue" in value)) return undefined;
  const sized = value as { length?: unknown; rowCount?: unknown; size?: unknown; margins?: { length?: unknown } };
  const length = sized.length ?? sized.rowCount ?? sized.size ?? sized.margins?.length;
  return typeof length === "number" ? length : undefined;
}

/** Never lets a failure to digest hide the failure being reported. */
function digestOf(inputs: Bag | undefined): string | undefined {
  if (inputs === undefined) return undefined;
  try {
    return hash("sha256", encodeValue(inputs));
  } catch {
    return undefined;
  }
}
