/** Runs the ad request and notes which columns of candidates every node asks for. */
import { CandidateBatch, compileGraph, createExecutor, type Graph, type NodeDefinition } from "@tenon/graph-core";
import { adRequest } from "../serving/ad-request.graph.ts";
import { ARMS } from "./answer.ts";
import { NOW_MS, requestsOf, resourcesOf, type World } from "./marketplace-world.ts";

type AnyFunction = (...values: unknown[]) => unknown;

/** Node → names of columns, as it asked for them. */
export type ColumnTrace = ReadonlyMap<string, ReadonlySet<string>>;

export async function traceColumns(world: World, requests: number): Promise<ColumnTrace> {
  const asked = new Map<string, Set<string>>();
  let running: string | undefined;
  /** The work, while `node` counts as the one that asks. */
  const within =
    (node: string, work: AnyFunction): AnyFunction =>
    (...values) => {
      const before = running;
      running = node;
      try {
        const result = work(...values);
        // A filter's verdict is asked for row by row, later.
        return typeof result === "function" ? within(node, result as AnyFunction) : result;
      } finally {
        running = before;
      }
    };
  const { column } = CandidateBatch.prototype;
  CandidateBatch.prototype.column = function (this: CandidateBatch, name: string) {
    if (running !== undefined) asked.set(running, (asked.get(running) ?? new Set()).add(name));
    return column.call(this, name as never);
  } as typeof column;
  try {
    const executor = createExecutor(
      compileGraph(withRuns(within)) as never,
      { resources: resourcesOf(world) } as never,
    );
    for (const request of requestsOf(requests)) {
      const context = executor.begin({ requestId: request.requestId, nowMs: NOW_MS });
      await executor.execute({ adRequest: request, arms: ARMS } as never, context);
    }
  } finally {
    CandidateBatch.prototype.column = column;
  }
  return asked;
}

function withRuns(around: (node: string, run: AnyFunction) => AnyFunction): never {
  const nodes = Object.entries(adRequest.nodes as unknown as Record<string, { readonly definition: NodeDefinition }>);
  const wrapped = nodes.map(([name, node]) => {
    const run = around(name, node.definition.run as unknown as AnyFunction);
    return [name, { ...node, definition: { ...node.definition, run } }];
  });
  return { ...(adRequest as unknown as Graph), nodes: Object.fromEntries(wrapped) } as never;
}
