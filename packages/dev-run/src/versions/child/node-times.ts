/**
 * Processor time within each node of one run. By the clock on the wall a node takes as long as the machine lets it wait:
 * where two processes share a core, the slower version could be the one that was interrupted.
 */
import type { RunRecordedOptions } from "../../replay/run-recorded.ts";

export class NodeTimes {
  readonly #startedMs = new Map<number, number>();
  readonly #ms = new Map<number, number>();
  /** Around the node's own call: what a checked run does with its outputs afterwards is not the node's. */
  readonly hooks: NonNullable<RunRecordedOptions["hooks"]> = {
    given: (at) => {
      this.#startedMs.set(at, threadMs());
      return undefined;
    },
    edit: (at, outputs) => {
      this.#ms.set(at, threadMs() - (this.#startedMs.get(at) ?? 0));
      return outputs;
    },
  };

  /** Milliseconds of a node by its index; `undefined` for one that gave nothing. Of an async node: until it settled, with what else ran meanwhile. */
  of(index: number): number | undefined {
    return this.#ms.get(index);
  }
}

/**
 * Processor time of this thread alone, ms: helpers of the collector and the compiler are not the node's. Asking for the
 * whole process first makes Linux bring its account up to date; a thread's own is as old as the last tick, up to 4 ms.
 */
function threadMs(): number {
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
