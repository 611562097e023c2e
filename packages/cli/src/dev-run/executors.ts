/** The executor of each recorded graph, on this version of the code. */
import { composeRows, replayExecutor } from "@tenon/admixer";
import type { AnyExecutor, CorpusHeader, ReplayManner } from "@tenon/dev-run";
import { adRequest } from "@tenon/graphs";
import { indexingExecutors } from "@tenon/indexer";
import { cliError } from "../cli-error.ts";

export interface Replayer {
  readonly executor: AnyExecutor;
  readonly manner: ReplayManner;
}

/** Resources are of this version: that they differ is told, not refused. */
const MANNER: ReplayManner = { versions: "asBound" };

/** Makes executors when they are first asked for: models and vectors take a second. */
export class Replayers {
  readonly #header: CorpusHeader;
  #handlers: ReadonlyMap<string, AnyExecutor> | undefined;
  #serving: Replayer | undefined;

  constructor(header: CorpusHeader) {
    this.#header = header;
  }

  /** @throws GraphError TENON1703 for a graph that no host of this version runs */
  of(graph: string): Replayer {
    if (graph === adRequest.name) {
      this.#serving ??= { executor: replayExecutor(this.#header), manner: { ...MANNER, compose: composeRows } };
      return this.#serving;
    }
    this.#handlers ??= indexingExecutors();
    const executor = this.#handlers.get(graph);
    if (executor !== undefined) return { executor, manner: MANNER };
    throw cliError("unknownGraph", {
      message: `no host of this version runs graph "${graph}"`,
      detail: `there are ${[adRequest.name, ...this.#handlers.keys()].join(", ")}`,
      hint: "replay the corpus on the version that recorded it; its header names the plan",
    });
  }
}
