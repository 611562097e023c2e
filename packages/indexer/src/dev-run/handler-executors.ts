/** Executors of the handlers' graphs for dev runs: one that records as rows are derived, and those that replay. */
import { type AnyExecutor, type CorpusHeader, corpusGraphOf, type RecordedEntry, recordEntry } from "@tenon/dev-run";
import { bind, compileGraph, createExecutor, type Graph, type NodeOutputs } from "@tenon/graph-core";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import type { Handler, RowDeriverOptions } from "@tenon/stream-runtime";

/** Replays runs of handlers: everything that is read comes from the recordings. One executor per graph, by its name. */
export function handlerExecutors(handlers: readonly Handler[] = ARGUS_HANDLERS): ReadonlyMap<string, AnyExecutor> {
  return new Map(
    handlers.map(({ graph }) => {
      const plan = compileGraph(graph as Graph);
      // No live store is called in a replay.
      const nowhere = plan.resources.map((token) => [token.name, bind(token, { value: Object.freeze({}) })]);
      return [graph.name, createExecutor(plan, { resources: Object.fromEntries(nowhere) })];
    }),
  );
}

/** What a header says of the graphs of these handlers. */
export function handlerGraphs(handlers: readonly Handler[] = ARGUS_HANDLERS): CorpusHeader["graphs"] {
  return [...handlerExecutors(handlers).values()].map(corpusGraphOf);
}

/**
 * Lets a `RowDeriver` record what it runs: rows in, write sets and documents out. Rows of ads hold nothing personal.
 *
 * @param stratum names what these runs stand for: a first load, an edit
 */
export function recordingRun(
  onEntry: (entry: RecordedEntry) => void,
  stratum: () => string,
): NonNullable<RowDeriverOptions["run"]> {
  return async (executor, request, { requestId, nowMs }) => {
    const name = `${requestId}@${stratum()}`;
    const facts = {
      host: "indexer",
      recordedAtMs: nowMs,
      stratumOf: () => `${executor.graphName} ${stratum()}`,
    } as const;
    const { entry, answer } = await recordEntry(executor as unknown as AnyExecutor, request as NodeOutputs, facts, {
      requestId: name,
      nowMs,
    });
    onEntry(entry);
    if (answer !== undefined) return answer;
    throw new Error(`run "${name}" failed with ${entry.failureCode}`);
  };
}
