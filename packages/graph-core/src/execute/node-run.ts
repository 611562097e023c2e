/**
 * The run of one async node that can degrade: its own signal, and its budget as an entry of the wheel.
 * Nodes see it as their context; everything but the signal is the request's. When the budget ends is not shown: it
 * counts from the wall clock's time at the node's start, which no replay has.
 */
import type { NodeContext, RequestClock } from "../contract/context.ts";
import type { DeadlineEntry, DeadlineWheel } from "./deadline-wheel.ts";
import type { AsyncRunContext } from "./run-context.ts";

export class NodeRun implements NodeContext<Readonly<Record<string, unknown>>>, DeadlineEntry {
  readonly request: AsyncRunContext;
  /** When the node is cut, ms since the epoch. */
  readonly expiresAtMs: number;
  wheelNext: DeadlineEntry | undefined = undefined;
  wheelPrevious: DeadlineEntry | undefined = undefined;
  /** True once the budget has passed before the node settled. */
  cut = false;
  readonly #wheel: DeadlineWheel;
  #onCut: (() => void) | undefined;
  #abort: AbortController | undefined = undefined;
  #endedBy: unknown = undefined;

  constructor(
    request: AsyncRunContext,
    wheel: DeadlineWheel,
    facts: { budgetMs: number | undefined; onCut: () => void },
  ) {
    this.request = request;
    this.#wheel = wheel;
    this.#onCut = facts.onCut;
    const nowMs = request.state.clock.nowMs();
    this.expiresAtMs = Math.min(request.deadlineMs, nowMs + (facts.budgetMs ?? Number.POSITIVE_INFINITY));
    // At the request's own deadline the request itself expires: no second entry is needed.
    if (this.expiresAtMs < request.deadlineMs) wheel.add(this);
  }

  get uses(): Readonly<Record<string, unknown>> {
    return this.request.uses;
  }
  get clock(): RequestClock {
    return this.request;
  }
  get deadlineMs(): number {
    return this.request.deadlineMs;
  }
  get nowMs(): number {
    return this.request.nowMs;
  }
  get random(): NodeContext["random"] {
    return this.request.random;
  }
  get width(): NodeContext["width"] {
    return this.request.width;
  }
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#onCut === undefined) this.#abort.abort(this.#endedBy);
    }
    return this.#abort.signal;
  }

  /** True once the node's outcome is decided: what its call gives now is dropped. */
  get over(): boolean {
    return this.#onCut === undefined;
  }

  expire(): void {
    this.cut = true;
    this.#onCut?.();
  }

  /** The node has settled, was cut, or the request has ended: stops the budget, and the resource call if still out. */
  end(reason: unknown, settled = false): void {
    if (this.#onCut === undefined) return;
    this.#onCut = undefined;
    this.#endedBy = reason;
    this.#wheel.remove(this);
    if (!settled) this.#abort?.abort(reason);
  }
}
