/** Executors of one graph, from code generated at start and from the module that `tenon build` would write. */
import {
  compileGraph,
  createExecutor,
  type EmittedPlan,
  type Executor,
  type ExecutorOptions,
  emitPlanModule,
  type Graph,
} from "../../src/index.ts";

export async function loadPlan(text: string): Promise<EmittedPlan> {
  const url = `data:text/javascript;base64,${Buffer.from(text).toString("base64")}`;
  return (await import(/* @vite-ignore */ url)) as EmittedPlan;
}

/** Both ways to run a graph, named, for `for (const [way, executor] of ...)`. */
export async function bothWays<Request, Response, Uses extends string>(
  declared: Graph<Request, Response, Uses>,
  options: ExecutorOptions<Uses>,
): Promise<readonly (readonly [string, Executor<Request, Response, Uses>])[]> {
  const emitted = await loadPlan(emitPlanModule(declared));
  return [
    ["generated", createExecutor(compileGraph(declared), options)],
    ["emitted", createExecutor(compileGraph(declared, { emitted }), options)],
  ];
}
