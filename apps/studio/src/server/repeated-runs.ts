/** Kept runs, repeated for their values. A few of the latest stay, as a page asks for node after node of one run. */
import type { AdMixer, KeptRun } from "@tenon/admixer";
import { nodeValues, type RepeatedRun } from "../data/build/node-values.ts";
import type { NodeValues } from "../data/node-values.ts";
import { studioError } from "./studio-error.ts";

/** Repeated runs that stay in memory with all their values. */
export const REPEATS_KEPT_MAX = 4;

export class RepeatedRuns {
  readonly #host: AdMixer;
  /** The one asked for last is last. */
  readonly #runs = new Map<KeptRun, Promise<RepeatedRun>>();

  constructor(host: AdMixer) {
    this.#host = host;
  }

  get size(): number {
    return this.#runs.size;
  }

  /** Undefined for a run that is not kept. @throws GraphError TENON2051 for an unknown node; what the replay throws */
  async values(requestId: string, name: string, adId: number | undefined): Promise<NodeValues | undefined> {
    const { kept, topology } = this.#host;
    const run = kept.get(requestId);
    if (run === undefined) return undefined;
    const node = topology.nodes.find((each) => each.name === name);
    if (node === undefined) {
      throw studioError("notThere", {
        message: `there is no node "${name}" in graph "${topology.graph.name}"`,
        hint: "the document of the graph lists its nodes",
      });
    }
    return nodeValues(await this.#repeated(run), node, adId);
  }

  #repeated(run: KeptRun): Promise<RepeatedRun> {
    const repeated = this.#runs.get(run) ?? this.#repeat(run);
    this.#runs.delete(run);
    this.#runs.set(run, repeated);
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= REPEATS_KEPT_MAX) break;
      this.#runs.delete(oldest);
    }
    // A failure is told to whoever asked, and not kept.
    repeated.catch(() => this.#runs.delete(run));
    return repeated;
  }

  async #repeat(run: KeptRun): Promise<RepeatedRun> {
    const { runs, topology, executor } = this.#host;
    const { values, trace, failure } = await runs.repeat(run);
    return {
      ...{ topology, values, trace, failureCode: failure?.code ?? null },
      slotOf: (key) => executor.plan.wiring.slots.get(key)?.tokens[0],
    };
  }
}
