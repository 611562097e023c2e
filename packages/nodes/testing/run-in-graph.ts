import { bind, compileGraph, createExecutor, type Graph, graph, type Node } from "@tenon/graph-core";
import type { DroppedCandidate } from "@tenon/graph-testkit";

type Bag = Readonly<Record<string, unknown>>;

/** A node alone in a graph, so that its failure policy applies: what it responds, and what it dropped by the reason ledger. */
export async function runInGraph(
  node: Node,
  inputs: Bag,
  uses: Bag,
): Promise<{ readonly response: Bag; readonly dropped: readonly Omit<DroppedCandidate, "threshold" | "value">[] }> {
  const { definition } = node;
  const options = {
    name: "alone",
    owner: definition.owner,
    request: [...definition.reads, ...definition.soft],
    nodes: { node },
    respond: definition.writes,
  };
  const alone = graph(options as never) as unknown as Graph<Bag, Bag>;
  const resources = Object.fromEntries(definition.uses.map((token) => [token.name, bind(token, { value: uses[token.name] })]));
  const executor = createExecutor(compileGraph(alone), { resources: resources as never });
  const context = executor.begin({ requestId: "r1" });
  const response = await executor.execute(inputs, context);
  const dropped = context.ledger.stages.flatMap(({ batch, droppedRows, drops }) =>
    drops.map(({ reason }, at) => ({ id: batch.ids.at(droppedRows[at] as number), reason })),
  );
  return { response, dropped };
}
