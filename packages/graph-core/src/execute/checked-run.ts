/** What a checked run keeps besides its context: the trace, and every column as it was written. */
import { GraphError } from "../contract/error.ts";
import type { WiredNode, Wiring } from "../graph/wiring.ts";
import { Outcome, type TraceRecord } from "../observe/trace-record.ts";
import type { ArraysOf } from "../schema/guarded-arrays.ts";
import { ArrayGuard } from "./array-guard.ts";
import type { HostClock } from "./clock.ts";

export class CheckedRun {
  readonly trace: TraceRecord;
  readonly #clock: HostClock;
  readonly #startedMs: number;
  readonly #guard = new ArrayGuard();

  constructor(trace: TraceRecord, clock: HostClock) {
    this.trace = trace;
    this.#clock = clock;
    this.#startedMs = clock.monotonicMs();
  }

  /** Milliseconds since the request began. */
  elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#startedMs;
  }

  /** The node at this position has ended, now. */
  endNode(position: number): void {
    this.trace.end[position] = this.elapsedMs();
  }

  /** Remembers the arrays behind a value, which freezing cannot protect. */
  guard(key: string, value: unknown, arraysOf: ArraysOf): void {
    arraysOf(value, (array) => this.#guard.guard(key, array));
  }

  /**
   * The error of a run in which somebody wrote to an array behind a column, or `undefined`. Looked at once, at the end:
   * columns keep their arrays private, so this is a second lock, and a look after every node would cost more than the
   * nodes do.
   */
  changedColumn(wiring: Wiring): GraphError | undefined {
    const key = this.#guard.firstChanged();
    if (key === undefined) return undefined;
    const slot = wiring.slots.get(key);
    const name = ({ name, definition }: WiredNode): string => `"${name}" (owner ${definition.owner})`;
    const writers = slot?.writers.map(name) ?? [];
    const given = writers.length === 0 ? "the host gave it" : `${writers.join(", ")} wrote it`;
    return new GraphError(`slot "${key}" changed after ${given}`, {
      code: "TENON1208",
      category: "node",
      graph: wiring.graph.name,
      slot: key,
      owner: slot?.tokens[0]?.owner,
      detail: `read by ${[...new Set(slot?.readers.map(({ node }) => name(node)))].join(", ")}`,
      hint: "columns are immutable: write a new column (a Writer, F64Column.fill) instead of the array behind one",
    });
  }

  /** Fills in what only the whole run shows: when each node had its inputs, when a skipped one was decided, and the end of one still out. */
  complete(producers: readonly ProducersOf[]): void {
    const { ready, start, end, outcome } = this.trace;
    const endedMs = this.elapsedMs();
    for (const { position, producers: before } of producers) {
      if (outcome[position] === Outcome.notRun) continue;
      if (outcome[position] === Outcome.unfinished) end[position] = endedMs;
      let inputsAt = 0;
      for (const producer of before) inputsAt = Math.max(inputsAt, end[producer] as number);
      ready[position] = inputsAt;
      start[position] = Math.max(inputsAt, start[position] as number);
      end[position] = Math.max(start[position] as number, end[position] as number);
    }
  }
}

/** Graph positions of the nodes a node waits for. */
export interface ProducersOf {
  readonly position: number;
  readonly producers: readonly number[];
}
