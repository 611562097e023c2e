import {
  bind,
  compileGraph,
  createExecutor,
  type Executor,
  type Graph,
  graph,
  type Node,
  type RunContext,
} from "@tenon/graph-core";

type Bag = Readonly<Record<string, unknown>>;

/** A node alone in a graph, run by the real executor: with its failure policy, the request's own draws and the reason ledger. */
export function executorOf(node: Node, uses: Bag): Executor<Bag, Bag> {
  const { definition } = node;
  const options = {
    name: "alone",
    owner: definition.owner,
    request: [...definition.reads, ...definition.soft],
    nodes: { node },
    respond: definition.writes,
  };
  const alone = graph(options as never) as unknown as Graph<Bag, Bag>;
  const resources = definition.uses.map((token) => [token.name, bind(token, { value: uses[token.name] })] as const);
  return createExecutor(compileGraph(alone), { resources: Object.fromEntries(resources) as never });
}

/** What a run dropped, by its reason ledger. */
export function droppedIn({ ledger }: RunContext): readonly { readonly id: number; readonly reason: string }[] {
  return ledger.stages.flatMap(({ batch, droppedRows, drops }) =>
    drops.map(({ reason }, at) => ({ id: batch.ids.at(droppedRows[at] as number), reason })),
  );
}
