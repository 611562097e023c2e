/**
 * Runs a compiled plan for a host: binds resources, decides once per request whether it is checked, keeps deadlines,
 * switches, counts. It owns no socket and commits nothing.
 */

import type { Plan } from "../compile/compile-graph.ts";
import { readKeys } from "../compile/condition.ts";
import { IN_FLIGHT_BITS_MAX, type PlanNode } from "../compile/plan-model.ts";
import { GraphError } from "../contract/error.ts";
import type { Binding } from "../contract/resource.ts";
import type { WiredNode } from "../graph/wiring.ts";
import { TraceRecord } from "../observe/trace-record.ts";
import { compiledSlot } from "../schema/index.ts";
import { CheckedRun, type ProducersOf } from "./checked-run.ts";
import { type HostClock, systemClock } from "./clock.ts";
import { DeadlineWheel } from "./deadline-wheel.ts";
import { messageOf } from "./error-text.ts";
import { notARunToStart, requireShare, wrongBeginOption } from "./option-errors.ts";
import type { QualityController } from "./quality.ts";
import { hashText } from "./random.ts";
import { AsyncRunContext, type BeginOptions, RunContext } from "./run-context.ts";
import { type ShadowOutcome, ShadowRun } from "./shadow-run.ts";

/** What became of nodes and requests since the executor was made; counts only ever grow, gauges are named so. */
export interface ExecutorCounts {
  requests: number;
  checkedRequests: number;
  failedRequests: number;
  expiredRequests: number;
  /** Results that came after their run had ended, and were dropped. */
  lateResults: number;
  /** Gauge: node calls that have not returned although their run has ended. */
  stillRunning: number;
  shadowAgreements: number;
  shadowDifferences: number;
  shadowFailures: number;
  /** Shadow runs not started because too many were out. */
  shadowsShed: number;
  /** What `onDegraded` and `onShadow` threw. */
  listenerFailures: number;
}

/** Why a node's outputs were replaced by its failure policy. */
export type DegradedBy = "failed" | "timeout" | "switchedOff";

export interface ExecutorOptions<Uses extends string> {
  /** One binding per resource that the graph uses. */
  readonly resources: { readonly [Name in Uses]: Binding<Name> };
  readonly clock?: HostClock;
  /** Share of requests that run checked, 0 to 1; 1 in development and CI, about 0.01 in production. Default 1. */
  readonly checkedShare?: number;
  readonly quality?: QualityController;
  /** Share of requests at full quality that also run shadow nodes. Default 1. */
  readonly shadowShare?: number;
  /** Told about a node that degraded; `error` is undefined for a switched-off node. */
  readonly onDegraded?: (node: WiredNode, by: DegradedBy, error: unknown) => void;
  /** Told about a shadow node that disagreed with its primary, or failed. */
  readonly onShadow?: (shadow: WiredNode, requestId: string, outcome: "differs" | "failed") => void;
}

/** What contexts and the plan runtime need of their executor. */
export interface ExecutorState {
  readonly graphName: string;
  readonly clock: HostClock;
  readonly wheel: DeadlineWheel;
  readonly switches: Uint8Array;
  readonly quality: number;
  newInFlight(): Uint8Array | undefined;
  runsShadows(ctx: RunContext): boolean;
  deadlineError(ctx: RunContext): GraphError;
  /** A run failed, at a node or (`undefined`) at its deadline, while other nodes may be out. */
  countFailure(ctx: RunContext, failedNode: number | undefined): void;
  /** A run ends: what is out, but for the node it failed at, is still running. */
  countOut(ctx: RunContext, failedNode: number | undefined): void;
  /** A call that was counted as out has returned. */
  countLate(): void;
  countDegraded(nodeIndex: number, by: DegradedBy, error: unknown): void;
  compareShadow(
    ctx: RunContext,
    shadow: WiredNode,
    inputs: Readonly<Record<string, unknown>>,
    primary: Readonly<Record<string, unknown>>,
  ): void;
}

// biome-ignore lint/suspicious/noExplicitAny: for functions that read a plan of any request and response
type AnyPlan = Plan<any, any, any>;

/** Shadow runs of one executor that may be out at once; more are shed. */
const SHADOWS_OUT_MAX = 256;

export class Executor<Request, Response, Uses extends string = string> implements ExecutorState {
  readonly plan: Plan<Request, Response, Uses>;
  readonly clock: HostClock;
  readonly wheel: DeadlineWheel;
  readonly counts: ExecutorCounts = {
    requests: 0,
    checkedRequests: 0,
    failedRequests: 0,
    expiredRequests: 0,
    lateResults: 0,
    stillRunning: 0,
    shadowAgreements: 0,
    shadowDifferences: 0,
    shadowFailures: 0,
    shadowsShed: 0,
    listenerFailures: 0,
  };
  /** By node index; replaced, never changed, so that a request keeps the setting it began with. */
  switches: Uint8Array;
  /** Per node: how often its failure policy was applied. */
  readonly degraded: Readonly<Record<DegradedBy, Uint32Array>>;

  readonly #options: ExecutorOptions<Uses>;
  readonly #bindings: readonly Binding[];
  readonly #pinned: Readonly<Record<string, unknown>> | undefined;
  readonly #asyncNodes: readonly number[];
  readonly #checkedBelow: number;
  readonly #producers: readonly ProducersOf[];
  #shadowsOut = 0;

  constructor(plan: Plan<Request, Response, Uses>, options: ExecutorOptions<Uses>) {
    requireShare(plan.graph.name, "checkedShare", options.checkedShare);
    requireShare(plan.graph.name, "shadowShare", options.shadowShare);
    this.plan = plan;
    this.#options = options;
    this.clock = options.clock ?? systemClock;
    this.wheel = new DeadlineWheel(this.clock);
    this.switches = new Uint8Array(plan.nodes.length);
    this.degraded = {
      failed: new Uint32Array(plan.nodes.length),
      timeout: new Uint32Array(plan.nodes.length),
      switchedOff: new Uint32Array(plan.nodes.length),
    };
    this.#bindings = bindingsFor(plan, options.resources as Readonly<Record<string, Binding | undefined>>);
    this.#pinned = this.#bindings.length === 0 ? Object.freeze({}) : undefined;
    this.#asyncNodes = plan.nodes.filter((node) => node.async).map((node) => node.index);
    this.#producers = producersOf(plan);
    this.#checkedBelow = (options.checkedShare ?? 1) * 2 ** 32;
  }

  get graphName(): string {
    return this.plan.graph.name;
  }

  /**
   * Starts a request: pins one version of every resource and decides whether the run is checked.
   *
   * @throws GraphError TENON1214 for a wrong option, TENON1210 for a node that cannot be switched off, TENON1305 when a
   * binding cannot give its current value
   */
  begin(options: BeginOptions): RunContext {
    const wrong = wrongBeginOption(options, this.graphName);
    if (wrong !== undefined) throw wrong;
    const isChecked = options.checked ?? this.isSampled(options.requestId);
    const uses = this.#pinned ?? this.#pin(options.wrapResource);
    const switches = options.switchedOff === undefined ? this.switches : this.#switchesWithout(options.switchedOff);
    const checked = isChecked ? this.#checkedRun(options) : undefined;
    return this.plan.isAsync
      ? new AsyncRunContext(this, options, uses, switches, checked)
      : new RunContext(this, options, uses, switches, checked);
  }

  #checkedRun({ requestId, nowMs = this.clock.nowMs() }: BeginOptions): CheckedRun {
    const nodeCount = this.plan.nodes.length + this.plan.wiring.shadows.length;
    return new CheckedRun(new TraceRecord(this.graphName, requestId, nowMs, nodeCount), this.clock);
  }

  /** Load-shedding quality of requests that begin now. */
  get quality(): number {
    return this.#options.quality?.quality ?? 1;
  }

  /** Whether a request of this id runs checked, unless its options say otherwise. */
  isSampled(requestId: string): boolean {
    if (this.#checkedBelow === 0) return false;
    return this.#checkedBelow === 2 ** 32 || hashText(requestId) < this.#checkedBelow;
  }

  #pin(wrap: BeginOptions["wrapResource"]): Readonly<Record<string, unknown>> {
    const uses: Record<string, unknown> = {};
    for (const { resource, current } of this.#bindings) {
      const value = this.#currentOf(resource, current);
      uses[resource.name] = wrap === undefined ? value : wrap(resource, value);
    }
    return uses;
  }

  #currentOf(resource: Binding["resource"], current: () => unknown): unknown {
    try {
      return current();
    } catch (error) {
      throw new GraphError(`resource "${resource.name}" (owner ${resource.owner}) has no current value`, {
        code: "TENON1305",
        category: "resource",
        graph: this.graphName,
        owner: resource.owner,
        detail: messageOf(error),
        hint: "let the binding give the last good version while a new one cannot be loaded",
        cause: error,
      });
    }
  }

  #switchesWithout(names: readonly string[]): Uint8Array {
    const switches = new Uint8Array(this.plan.nodes.length);
    for (const name of names) switches[this.#switchable(name).index] = 1;
    return switches;
  }

  /** Versions of the pinned resources that a request sees, by name. */
  versions(ctx: RunContext): Readonly<Record<string, string>> {
    const pinned = this.#bindings.filter(({ resource }) => resource.methods === undefined);
    return Object.fromEntries(pinned.map(({ resource, version }) => [resource.name, version(ctx.uses[resource.name])]));
  }

  /**
   * Runs the plan once. A graph of sync nodes answers at once, others with a promise; either way a failure is a
   * `GraphError` that names graph, node and owner.
   */
  execute(request: Request, ctx: RunContext): Response | Promise<Response> {
    this.counts.requests++;
    if (ctx.started || ctx.state !== this) {
      return this.#refuse(notARunToStart(this.graphName, ctx.requestId, ctx.state === this));
    }
    ctx.started = true;
    if (ctx.deadlineMs <= ctx.nowMs) return this.#refuse(this.deadlineError(ctx));
    if (ctx.checked !== undefined || ctx.options.requestIsChecked !== true) {
      const refused = this.plan.admit(request);
      if (refused !== undefined) return this.#refuse(refused);
    }
    if (ctx.checked === undefined) return this.plan.run(request, ctx);
    this.counts.checkedRequests++;
    return this.#runChecked(request, ctx, ctx.checked);
  }

  #runChecked(request: Request, ctx: RunContext, checked: CheckedRun): Response | Promise<Response> {
    const answered = (response: Response): Response => {
      checked.complete(this.#producers);
      const changed = checked.changedColumn(this.plan.wiring);
      if (changed === undefined) return response;
      this.counts.failedRequests++;
      checked.trace.failureCode = changed.code;
      throw changed;
    };
    const failed = (error: unknown): never => {
      if (error instanceof GraphError) checked.trace.failureCode = error.code;
      checked.complete(this.#producers);
      throw error;
    };
    let response: Response | Promise<Response>;
    this.#guardRequest(request as Readonly<Record<string, unknown>>, checked);
    try {
      response = this.plan.runChecked(request, ctx);
    } catch (error) {
      return failed(error);
    }
    return response instanceof Promise ? response.then(answered, failed) : answered(response);
  }

  /** Request slots are slots: no node may change them, so they are frozen and watched as what nodes write is. */
  #guardRequest(request: Readonly<Record<string, unknown>>, checked: CheckedRun): void {
    for (const token of this.plan.graph.request) {
      const { freeze, arraysOf } = compiledSlot(token);
      const value = request[token.name];
      freeze(value);
      if (arraysOf !== undefined) checked.guard(token.name, value, arraysOf);
    }
  }

  #refuse(error: GraphError): Response | Promise<Response> {
    this.counts.failedRequests++;
    if (this.plan.isAsync) return Promise.reject(error);
    throw error;
  }

  /**
   * Switches a node off (its failure policy applies) or on again, from the next request on.
   *
   * @throws GraphError TENON1210 for an unknown node, or one whose failure would fail the request
   */
  setSwitch(nodeName: string, on: boolean): void {
    const node = this.#switchable(nodeName);
    const switches = this.switches.slice();
    switches[node.index] = on ? 0 : 1;
    this.switches = switches;
  }

  #switchable(nodeName: string): PlanNode {
    const node = this.plan.nodes.find((each) => each.wired.name === nodeName);
    if (node === undefined || !node.degradable) {
      throw new GraphError(
        node === undefined
          ? `graph "${this.graphName}" has no node "${nodeName}"`
          : `node "${nodeName}" (owner ${node.wired.definition.owner}) cannot be switched off: the request needs it`,
        {
          code: "TENON1210",
          category: "input",
          graph: this.graphName,
          node: node?.wired.name,
          owner: node?.wired.definition.owner,
          detail: `switchable: ${
            this.plan.nodes
              .filter((each) => each.degradable)
              .map((each) => each.wired.name)
              .join(", ") || "none"
          }`,
          hint: 'only a node with onFailure "omit", a fallback, keepAll or dropAll can be switched off',
        },
      );
    }
    return node;
  }

  newInFlight(): Uint8Array | undefined {
    return this.#asyncNodes.length > IN_FLIGHT_BITS_MAX ? new Uint8Array(this.#asyncNodes.length) : undefined;
  }

  runsShadows(ctx: RunContext): boolean {
    // Shed first: any quality below full means the host is under load.
    return ctx.quality === 1 && hashText(ctx.requestId, 1) < (this.#options.shadowShare ?? 1) * 2 ** 32;
  }

  /** Indexes of the async nodes that have started and not settled. */
  #inFlight(ctx: RunContext): readonly number[] {
    if (!(ctx instanceof AsyncRunContext)) return [];
    const { inFlight, inFlightMany } = ctx;
    return this.#asyncNodes.filter(
      (_, bit) => (inFlightMany === undefined ? (inFlight >>> bit) & 1 : inFlightMany[bit]) === 1,
    );
  }

  deadlineError(ctx: RunContext): GraphError {
    this.counts.expiredRequests++;
    const waiting = this.#inFlight(ctx)
      .map((index) => this.plan.nodes[index]?.wired)
      .map((node) => `"${node?.name}" (owner ${node?.definition.owner})`);
    return new GraphError(`graph "${this.graphName}" passed its deadline of ${ctx.deadlineMs - ctx.nowMs} ms`, {
      code: "TENON1211",
      category: "resource",
      graph: this.graphName,
      detail: waiting.length === 0 ? "no node was running" : `still waiting for ${waiting.join(", ")}`,
      hint: "give the nodes that wait a budgetMs and an onFailure policy, or the request a later deadline",
    });
  }

  countFailure(ctx: RunContext, failedNode: number | undefined): void {
    this.counts.failedRequests++;
    this.countOut(ctx, failedNode);
  }

  countOut(ctx: RunContext, failedNode: number | undefined): void {
    this.counts.stillRunning += this.#inFlight(ctx).filter((index) => index !== failedNode).length;
  }

  countLate(): void {
    this.counts.lateResults++;
    this.counts.stillRunning--;
  }

  countDegraded(nodeIndex: number, by: DegradedBy, error: unknown): void {
    const counts = this.degraded[by];
    counts[nodeIndex] = (counts[nodeIndex] ?? 0) + 1;
    // Its call is out although nobody waits for it any more.
    if (by === "timeout") this.counts.stillRunning++;
    const node = this.plan.nodes[nodeIndex]?.wired;
    if (node !== undefined) this.#tell(() => this.#options.onDegraded?.(node, by, error));
  }

  /** A listener's failure is the host's: it may stop neither the run nor the wheel it is called from. */
  #tell(listener: () => void): void {
    try {
      listener();
    } catch {
      this.counts.listenerFailures++;
    }
  }

  compareShadow(
    ctx: RunContext,
    shadow: WiredNode,
    inputs: Readonly<Record<string, unknown>>,
    primary: Readonly<Record<string, unknown>>,
  ): void {
    if (this.#shadowsOut >= SHADOWS_OUT_MAX) {
      this.counts.shadowsShed++;
      return;
    }
    this.#shadowsOut++;
    const done = (outcome: ShadowOutcome): void => {
      this.#shadowsOut--;
      this.counts[SHADOW_COUNTS[outcome]]++;
      if (outcome !== "agrees") this.#tell(() => this.#options.onShadow?.(shadow, ctx.requestId, outcome));
    };
    // After the answer, on a turn of its own: a shadow never delays its primary.
    this.clock.after(0, () => new ShadowRun(shadow, ctx, this, done).compare(inputs, primary));
  }
}

const SHADOW_COUNTS = {
  agrees: "shadowAgreements",
  differs: "shadowDifferences",
  failed: "shadowFailures",
} as const;

function producersOf(plan: AnyPlan): ProducersOf[] {
  return plan.nodes.map(({ wired }) => {
    const writers = readKeys(wired).flatMap((key) => plan.wiring.slots.get(key)?.writers ?? []);
    return { position: wired.position, producers: writers.map((writer) => writer.position) };
  });
}

/** Makes an executor for a plan. @throws GraphError TENON1301 when a resource is not bound */
export function createExecutor<Request, Response, Uses extends string>(
  plan: Plan<Request, Response, Uses>,
  options: ExecutorOptions<Uses>,
): Executor<Request, Response, Uses> {
  return new Executor(plan, options);
}

function bindingsFor(plan: AnyPlan, given: Readonly<Record<string, Binding | undefined>>): readonly Binding[] {
  return plan.resources.map((token) => {
    const binding = given[token.name];
    if (binding !== undefined) return binding;
    const readers = plan.nodes.filter((node) => node.wired.definition.uses.includes(token));
    throw new GraphError(`resource "${token.name}" (owner ${token.owner}) is not bound`, {
      code: "TENON1301",
      category: "definition",
      graph: plan.graph.name,
      owner: token.owner,
      detail: `used by ${readers.map((node) => `"${node.wired.name}" (owner ${node.wired.definition.owner})`).join(", ")}`,
      hint: `pass resources: { ${token.name}: bind(…) } to createExecutor`,
    });
  });
}
