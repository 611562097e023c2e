/** Executors of the indexing graphs for dev runs: those that replay, and one that records as rows are derived. */
import { type AnyExecutor, type CorpusHeader, corpusGraphOf, type RecordedEntry, recordEntry } from "@tenon/dev-run";
import { type AnyResource, bind, compileGraph, createExecutor, type Graph, type NodeOutputs } from "@tenon/graph-core";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { gatewayChangesTask, gatewaySignalsTask, updaterHigh } from "@tenon/graphs/tasks";
import { GatewayPolicyResource } from "@tenon/nodes";
import type { Handler, RowDeriverOptions } from "@tenon/stream-runtime";

/** The updater's lanes share one graph. */
const TASKS = [gatewayChangesTask, gatewaySignalsTask, updaterHigh];

/** Nothing is dropped on command in a replay; a recording says which switches its run saw. */
const GATEWAY_POLICY = { version: "switches-0", dropContentBeforeMs: null, lanes: {} };

/** Replays runs of gateway, updater and handlers: what is read comes from the recordings. One executor per graph, by its name. */
export function indexingExecutors(): ReadonlyMap<string, AnyExecutor> {
  return executorsOf([...TASKS, ...ARGUS_HANDLERS]);
}

function executorsOf(all: readonly { readonly graph: unknown }[]): ReadonlyMap<string, AnyExecutor> {
  return new Map(
    all.map(({ graph }) => {
      const plan = compileGraph(graph as Graph);
      const resources = Object.fromEntries(plan.resources.map((token) => [token.name, replayed(token)]));
      return [plan.graph.name, createExecutor(plan, { resources })];
    }),
  );
}

/** No live store is called in a replay. */
function replayed(token: AnyResource) {
  if (token.name !== GatewayPolicyResource.name) return bind(token, { value: Object.freeze({}) });
  return bind(GatewayPolicyResource, { value: GATEWAY_POLICY }, ({ version }) => version);
}

/** What a header says of the graphs of these handlers. */
export function handlerGraphs(handlers: readonly Handler[] = ARGUS_HANDLERS): CorpusHeader["graphs"] {
  return [...executorsOf(handlers).values()].map(corpusGraphOf);
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
