/** One execution's state. Nodes see it as `NodeContext`; the generated plan and the runtime use the rest. */
import type { NodeContext, RequestClock } from "../contract/context.ts";
import { GraphError } from "../contract/error.ts";
import type { AnyResource } from "../contract/resource.ts";
import { type LedgerStage, ReasonLedger } from "../observe/reason-ledger.ts";
import type { TraceRecord } from "../observe/trace-record.ts";
import type { CheckedRun } from "./checked-run.ts";
import type { DeadlineEntry } from "./deadline-wheel.ts";
import type { DegradedBy, ExecutorState } from "./executor.ts";
import type { NodeRun } from "./node-run.ts";
import { hashText, randomNumber } from "./random.ts";

/** What a checked run tells, and takes from elsewhere, node by node. */
export interface RunHooks {
  /**
   * Told what each node gave, a fallback too, in the order they end; nothing of a node that was skipped or left its
   * slots absent. It must not throw.
   */
  readonly onOutputs?: (nodeIndex: number, outputs: NodeOutputs) => void;
  /** Told of the error that a node's failure policy took the place of. It must not throw. */
  readonly onReplaced?: (nodeIndex: number, error: unknown) => void;
  /**
   * What it gives stands for the node's call, and is checked and frozen as a node's own outputs are; `undefined` lets
   * the node run. For a filter it gives the stage that the filter booked when it last ran on this batch. What it throws
   * is the node's failure.
   */
  readonly given?: (nodeIndex: number, inputs: NodeOutputs) => NodeOutputs | LedgerStage | undefined;
  /** Takes the place of what a node has given, before that is checked; a node that is given outputs is edited too. */
  readonly edit?: (nodeIndex: number, outputs: NodeOutputs, inputs: NodeOutputs) => NodeOutputs;
}

export interface BeginOptions extends RunHooks {
  /** Names the request in traces, errors and recordings. */
  readonly requestId: string;
  /** When the request began, ms since the epoch; default: the host clock. */
  readonly nowMs?: number;
  /** When it must be answered, ms since the epoch; default: no deadline. */
  readonly deadlineMs?: number;
  /** 32-bit seed of every draw; default: a hash of the request id. */
  readonly seed?: number;
  /**
   * The host has checked every value of the request by the schema of its slot: it is not done once more. For hosts that give one
   * value to many runs. A checked run checks all the same.
   */
  readonly requestIsChecked?: boolean;
  /** Overrides the sampling decision. */
  readonly checked?: boolean;
  /** Overrides the load-shedding quality, 0 < quality ≤ 1. */
  readonly quality?: number;
  /** Names of the nodes to switch off for this request, instead of the executor's switches (for a replay). */
  readonly switchedOff?: readonly string[];
  /** Times are shown to nodes as given but not enforced: neither deadline nor budgets cut anything (for a replay). */
  readonly unhurried?: boolean;
  /** Puts a stand-in before each resource of this request (a recorder, a recording). */
  readonly wrapResource?: (token: AnyResource, value: unknown) => unknown;
}

/** Values by slot name. `nodeIndex` beside it is the node's index in `plan.nodes`. */
export type NodeOutputs = Readonly<Record<string, unknown>>;

/** The state of a run of sync nodes. Options are kept, not copied: what a request allocates is what it needs. */
export class RunContext implements NodeContext<Readonly<Record<string, unknown>>>, RequestClock {
  readonly state: ExecutorState;
  readonly options: BeginOptions;
  readonly quality: number;
  readonly uses: Readonly<Record<string, unknown>>;
  /** Switches as they were when the request began: one request sees one setting. */
  readonly switches: Uint8Array;
  /** What a checked run keeps besides; `undefined` for a plain run. */
  readonly checked: CheckedRun | undefined;
  /** True once the run has answered, failed or expired: later results are dropped. */
  closed = false;
  /** True once it was executed: a context serves one run. */
  started = false;
  /** Nodes whose failure policy was applied, by node index. */
  degraded: Map<number, DegradedBy> | undefined = undefined;
  /** Set where the options leave the time to the host clock. */
  readonly #nowMs: number | undefined;
  #ledger: ReasonLedger | undefined = undefined;
  #abort: AbortController | undefined = undefined;

  constructor(
    state: ExecutorState,
    options: BeginOptions,
    uses: Readonly<Record<string, unknown>>,
    switches: Uint8Array,
    checked: CheckedRun | undefined,
  ) {
    this.state = state;
    this.options = options;
    this.quality = options.quality ?? state.quality;
    this.uses = uses;
    this.switches = switches;
    this.checked = checked;
    this.#nowMs = options.nowMs === undefined ? state.clock.nowMs() : undefined;
  }

  get requestId(): string {
    return this.options.requestId;
  }

  get nowMs(): number {
    return this.options.nowMs ?? (this.#nowMs as number);
  }

  get deadlineMs(): number {
    return this.options.deadlineMs ?? Number.POSITIVE_INFINITY;
  }

  /** 32-bit seed of the request's draws. */
  get seed(): number {
    return this.options.seed ?? hashText(this.requestId);
  }

  /** Times, outcomes and sizes of a checked run. */
  get trace(): TraceRecord | undefined {
    return this.checked?.trace;
  }

  get clock(): RequestClock {
    return this;
  }

  /** Made on first use: most nodes never ask. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.closed) this.#abort.abort(this.#closedReason());
    }
    return this.#abort.signal;
  }

  get random(): (name: string, index?: number) => number {
    const { seed } = this;
    return (name, index = 0) => randomNumber(seed, name, index);
  }

  get width(): (widthMax: number, widthMin: number) => number {
    const { quality } = this;
    return (widthMax, widthMin) => Math.max(widthMin, Math.round(widthMax * quality));
  }

  /** What happened to every candidate of this run. */
  get ledger(): ReasonLedger {
    this.#ledger ??= new ReasonLedger();
    return this.#ledger;
  }

  get runsShadows(): boolean {
    return this.state.runsShadows(this);
  }

  switchedOff(nodeIndex: number): boolean {
    return this.switches[nodeIndex] === 1;
  }

  /** Ends the run: late results are dropped from here on and every resource call is told to stop. */
  close(reason?: unknown): void {
    if (this.closed) return;
    this.closed = true;
    this.release(reason);
    this.#abort?.abort(reason ?? this.#closedReason());
  }

  /** What a kind of run holds beyond its context is let go here. */
  protected release(_reason: unknown): void {}

  /** Made at the end of every run that gave its signal away. Its stack would show this class alone, and cost more than the rest. */
  #closedReason(): GraphError {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return new GraphError(`request "${this.requestId}" has ended`, {
        code: "TENON1207",
        category: "resource",
        graph: this.state.graphName,
        hint: "the run was answered or failed before this call was made; its result would be dropped",
      });
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }
}

/** The state of a run with async nodes: what is out, and the deadline. */
export class AsyncRunContext extends RunContext implements DeadlineEntry {
  get expiresAtMs(): number {
    return this.deadlineMs;
  }

  /** Bit per async node that has started and not settled, for up to 30 of them. */
  inFlight = 0;
  /** The same for plans with more async nodes. */
  readonly inFlightMany: Uint8Array | undefined;
  reject: ((error: unknown) => void) | undefined = undefined;
  wheelNext: DeadlineEntry | undefined = undefined;
  wheelPrevious: DeadlineEntry | undefined = undefined;
  /** Per-node runs of degradable async nodes, by node index. */
  nodeRuns: (NodeRun | undefined)[] | undefined = undefined;

  constructor(
    state: ExecutorState,
    options: BeginOptions,
    uses: Readonly<Record<string, unknown>>,
    switches: Uint8Array,
    checked: CheckedRun | undefined,
  ) {
    super(state, options, uses, switches, checked);
    this.inFlightMany = state.newInFlight();
  }

  protected override release(reason: unknown): void {
    this.state.wheel.remove(this);
    this.reject = undefined;
    if (this.nodeRuns !== undefined) for (const run of this.nodeRuns) run?.end(reason);
  }

  /** The deadline has passed. */
  expire(): void {
    if (this.closed) return;
    const { reject } = this;
    const error = this.state.deadlineError(this);
    this.state.countFailure(this, undefined);
    this.close(error);
    reject?.(error);
  }
}
