/** The same shapes on the shipped executor, guarantees on: request check, deadline, error attribution, in-flight count. */
import { compileGraph, createExecutor, type Executor, type Graph, graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";
import type { NodeFunction, ShapeNode } from "./shape.ts";

/** Team of the measured graphs: the suite of the ads stack brings an owners file that names its teams only. */
declare module "@tenon/graph-core" {
  interface Owners {
    bench: true;
  }
}

type Numbers = Readonly<Record<string, number>>;

let graphs = 0;

export function shapeGraph(
  shape: readonly ShapeNode[],
  functions: Record<string, NodeFunction>,
  options: { readonly async: boolean; readonly respond: readonly string[] },
): Graph<{ readonly request: number }, Numbers, never> {
  const token = (name: string) => slot(name, z.number(), { owner: "bench" });
  const tokens = new Map(["request", ...shape.map((each) => each.name)].map((name) => [name, token(name)]));
  const tokenOf = (name: string) => tokens.get(name) as ReturnType<typeof token>;
  const nodes = Object.fromEntries(
    shape.map((each) => [
      each.name,
      node({
        owner: "bench",
        purpose: "one node of the benchmark shape",
        reads: each.reads.map(tokenOf),
        writes: [tokenOf(each.name)],
        async: (options.async && each.remote) as false,
        onFailure: "failRequest",
        run: functions[each.name] as never,
      }),
    ]),
  );
  return graph({
    name: `bench-${++graphs}`,
    owner: "bench",
    request: [tokenOf("request")],
    nodes,
    respond: options.respond.map(tokenOf),
  } as never) as never;
}

export function openShape(
  shape: readonly ShapeNode[],
  functions: Record<string, NodeFunction>,
  options: { readonly async: boolean; readonly respond: readonly string[]; readonly checkedShare: number },
): Executor<{ readonly request: number }, Numbers, never> {
  return createExecutor(compileGraph(shapeGraph(shape, functions, options)), {
    resources: {},
    checkedShare: options.checkedShare,
  });
}

/** Deadline of every benchmark request, ms: long enough that no pause of a shared machine reaches it. */
const DEADLINE_MS = 2_000;

/** One request as a host makes it: read the clock, begin, execute. */
export function requestOf(executor: Executor<{ readonly request: number }, Numbers, never>): () => unknown {
  const ids = Array.from({ length: 1024 }, (_, at) => `request-${at}`);
  let served = 0;
  return () => {
    const nowMs = Date.now();
    const ctx = executor.begin({ requestId: ids[served++ & 1023] as string, nowMs, deadlineMs: nowMs + DEADLINE_MS });
    return executor.execute({ request: 1 }, ctx);
  };
}
