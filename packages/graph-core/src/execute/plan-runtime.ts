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
    this.checked = checked;
  }

  isPromise(value: unknown): value is PromiseLike<unknown> {
    return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
  }

  /** A run with async nodes begins: `reject` ends it from outside when the deadline passes. */
  open(ctx: AsyncRunContext, reject: (error: unknown) => void): void {
    ctx.reject = reject;
    if (ctx.deadlineMs !== Number.POSITIVE_INFINITY) ctx.state.wheel.add(ctx, ctx.nowMs);
  }

  close(ctx: RunContext): void {
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
    const own = error instanceof GraphError && error.node === undefined ? error : undefined;
    if (error instanceof GraphError && own === undefined) return error;
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
        if (reason === error) matches.push(position);
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
    };
    queueMicrotask(() => settle(BLAME_TURNS_MAX));
  }

  /** A record with every declared output, or the error that says which is missing. */
  present(index: number, record: unknown): Bag {
    const error = this.absentError(index, record);
    if (error !== undefined) throw error;
    return record as Bag;
  }

  absent(index: number, _slot: string, record: unknown): never {
    throw this.absentError(index, record);
  }

  absentError(index: number, record: unknown): GraphError | undefined {
    const definition = this.#nodes[index]?.wired.definition;
    const names = definition?.writes.map((slot) => slot.name) ?? [];
    const bag = record as Bag | null | undefined;
    const missing = names.find((name) => bag?.[name] === undefined);
    if (missing === undefined) return undefined;
    const promised = this.isPromise(record);
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
    const budgetMs = this.#nodes[index]?.wired.definition.budgetMs;
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
    if (ctx instanceof AsyncRunContext) ctx.nodeRuns?.[index]?.end(error);
    const definition = this.#nodes[index]?.wired.definition;
    const policy = definition?.onFailure;
    const by = error === SWITCHED_OFF ? "switchedOff" : isCut(error) ? "timeout" : "failed";
    const outcome = policy === "omit" ? Outcome.omitted : Outcome.fallback;
    ctx.trace?.setOutcome(this.#position(index), by === "failed" ? outcome : Outcome[by]);
    ctx.state.countDegraded(index, by, by === "switchedOff" ? undefined : error);
    if (policy === "omit" || policy === undefined || policy === "failRequest") return {};
    return policy.fallback;
  }

  skipped(ctx: RunContext, index: number): void {
    ctx.trace?.setOutcome(this.#position(index), Outcome.skipped);
  }

  late(ctx: RunContext, index: number): void {
    ctx.trace?.setOutcome(this.#position(index), Outcome.late);
    ctx.state.countLate(index);
  }

  lateFailure(ctx: RunContext, _error: unknown): void {
    ctx.state.countLate(undefined);
  }

  /** Runs a node again after a failure, up to its declared number of attempts, never after the run has ended. */
  retry(index: number, run: NodeFunction): NodeFunction {
    const node = this.#nodes[index];
    const attemptsMax = node?.wired.definition.retry?.attemptsMax ?? 1;
    if (node?.async !== true) {
      return (inputs, ctx) => {
        for (let attempt = 1; ; attempt++) {
          try {
            return run(inputs, ctx);
          } catch (error) {
            if (attempt >= attemptsMax) throw error;
          }
        }
      };
    }
    return async (inputs, ctx) => {
      const request = ctx instanceof NodeRun ? ctx.request : (ctx as RunContext);
      for (let attempt = 1; ; attempt++) {
        try {
          return await run(inputs, ctx);
        } catch (error) {
          if (attempt >= attemptsMax || request.closed || ctx.signal.aborted) throw error;
          request.trace?.countAttempt(this.#position(index));
        }
      }
    };
  }

  noVerdict(_index: number, verdict: unknown): never {
    throw new GraphError("returned no verdict function", {
      code: "TENON1205",
      category: "node",
      detail: `expected a function (row) => Drop | undefined, found ${this.isPromise(verdict) ? "a promise" : typeof verdict}`,
      hint: "return the verdict from run; declare `async: true` if run is async",
    });
  }

  /** Books a filter's verdicts in the reason ledger and gives the kept batch. */
  stage(
    ctx: RunContext,
    index: number,
    batch: CandidateBatch,
    rows: Int32Array,
    keptCount: number,
    dropped: readonly number[] | undefined,
    drops: readonly Drop[] | undefined,
  ): CandidateBatch {
    const kept = keptCount === batch.size ? batch : batch.select(rows.subarray(0, keptCount));
    const request = ctx instanceof NodeRun ? ctx.request : ctx;
    request.ledger.stage(this.#position(index), batch, kept, dropped ?? [], drops ?? []);
    return kept;
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
    if (shadow !== undefined) ctx.state.compareShadow(ctx, shadow, inputs, primary);
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

function isCut(error: unknown): boolean {
  return error instanceof GraphError && error.code === "TENON1204";
}

function lengthOf(value: unknown): number | undefined {
  const sized = value as
    | { length?: unknown; rowCount?: unknown; size?: unknown; margins?: { length?: unknown } }
    | undefined;
  const length = sized?.length ?? sized?.rowCount ?? sized?.size ?? sized?.margins?.length;
  return typeof length === "number" ? length : undefined;
}

/** A thrown thing in words; never throws itself, whatever was thrown. */
function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : `thrown ${typeof error}: ${String(error)}`;
  } catch {
    return `thrown ${typeof error} that has no text`;
  }
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
