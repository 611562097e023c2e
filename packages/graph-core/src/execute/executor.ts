/**
 * Runs a compiled plan for a host: binds resources, decides once per request whether it is checked, keeps deadlines,
 * switches, counts. It owns no socket and commits nothing.
 */

import type { Plan } from "../compile/compile-graph.ts";
import { readKeys } from "../compile/condition.ts";
import { GraphError } from "../contract/error.ts";
import type { Binding } from "../contract/resource.ts";
import type { WiredNode } from "../graph/wiring.ts";
import { TraceRecord } from "../observe/trace-record.ts";
import { encodeValue } from "../schema/index.ts";
import { CheckedRun, type ProducersOf } from "./checked-run.ts";
import { type HostClock, systemClock } from "./clock.ts";
import { DeadlineWheel } from "./deadline-wheel.ts";
import type { QualityController } from "./quality.ts";
import { hashText } from "./random.ts";
import { AsyncRunContext, type BeginOptions, RunContext } from "./run-context.ts";

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
  countLate(nodeIndex: number | undefined): void;
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

/** Beyond this many async nodes in one plan, those in flight are bytes instead of bits of one integer. */
const IN_FLIGHT_BITS_MAX = 30;

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

  constructor(plan: Plan<Request, Response, Uses>, options: ExecutorOptions<Uses>) {
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

  /** Starts a request: pins one version of every resource and decides whether the run is checked. */
  begin(options: BeginOptions): RunContext {
    const isChecked = options.checked ?? this.#isSampled(options.requestId);
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

  #isSampled(requestId: string): boolean {
    if (this.#checkedBelow === 0) return false;
    return this.#checkedBelow === 2 ** 32 || hashText(requestId) < this.#checkedBelow;
  }

  #pin(wrap: BeginOptions["wrapResource"]): Readonly<Record<string, unknown>> {
    const uses: Record<string, unknown> = {};
    for (const { resource, current } of this.#bindings) {
      uses[resource.name] = wrap === undefined ? current() : wrap(resource, current());
    }
    return uses;
  }

  #switchesWithout(names: readonly string[]): Uint8Array {
    const switches = new Uint8Array(this.plan.nodes.length);
    for (const node of this.plan.nodes) if (names.includes(node.wired.name)) switches[node.index] = 1;
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
    if (ctx.deadlineMs <= ctx.nowMs) return this.#refuse(this.deadlineError(ctx));
    const refused = this.plan.admit(request);
    if (refused !== undefined) return this.#refuse(refused);
    if (ctx.checked === undefined) return this.plan.run(request, ctx);
    this.counts.checkedRequests++;
    return this.#runChecked(request, ctx, ctx.checked);
  }

  #runChecked(request: Request, ctx: RunContext, checked: CheckedRun): Response | Promise<Response> {
    const answered = (response: Response): Response => {
      checked.complete(this.#producers);
      const changed = checked.changedColumn(this.plan.wiring);
      if (changed === undefined) return response;
      throw changed;
    };
    const failed = (error: unknown): never => {
      if (error instanceof GraphError) checked.trace.failureCode = error.code;
      checked.complete(this.#producers);
      throw error;
    };
    let response: Response | Promise<Response>;
    try {
      response = this.plan.runChecked(request, ctx);
    } catch (error) {
      return failed(error);
    }
    return response instanceof Promise ? response.then(answered, failed) : answered(response);
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
    const switches = this.switches.slice();
    switches[node.index] = on ? 0 : 1;
    this.switches = switches;
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
    this.counts.stillRunning += this.#inFlight(ctx).filter((index) => index !== failedNode).length;
  }

  countLate(_nodeIndex: number | undefined): void {
    this.counts.lateResults++;
    if (this.counts.stillRunning > 0) this.counts.stillRunning--;
  }

  countDegraded(nodeIndex: number, by: DegradedBy, error: unknown): void {
    const counts = this.degraded[by];
    counts[nodeIndex] = (counts[nodeIndex] ?? 0) + 1;
    const node = this.plan.nodes[nodeIndex]?.wired;
    if (node !== undefined) this.#options.onDegraded?.(node, by, error);
  }

  compareShadow(
    ctx: RunContext,
    shadow: WiredNode,
    inputs: Readonly<Record<string, unknown>>,
    primary: Readonly<Record<string, unknown>>,
  ): void {
    const agree = (outputs: unknown): void => {
      const same = Buffer.compare(encodeValue(outputs), encodeValue(primary)) === 0;
      if (same) this.counts.shadowAgreements++;
      else {
        this.counts.shadowDifferences++;
        this.#options.onShadow?.(shadow, ctx.requestId, "differs");
      }
    };
    const failed = (): void => {
      this.counts.shadowFailures++;
      this.#options.onShadow?.(shadow, ctx.requestId, "failed");
    };
    // After the answer, on a turn of its own: a shadow never delays its primary.
    this.clock.after(0, () => {
      new Promise((resolve) => resolve(shadow.definition.run(inputs, ctx))).then(agree).catch(failed);
    });
  }
}

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
