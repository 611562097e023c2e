import type { Plan, RunContext } from "@tenon/graph-core";

/**
 * What a checked run did, in the order its nodes started: `["expandUser ok", "retrieveByKeyword skipped"]`.
 * Nodes that were never reached stand last, as `notRun`.
 */
export function runEvents(
  executor: { readonly plan: Pick<Plan<never, unknown>, "nodes"> },
  ctx: RunContext,
): readonly string[] {
  const { trace } = ctx;
  if (trace === undefined) throw new Error("only a checked run has events: begin it with { checked: true }");
  return executor.plan.nodes
    .map(({ wired, index }) => ({
      wired,
      index,
      name: trace.outcomeName(wired.position),
      start: trace.start[wired.position] ?? 0,
    }))
    .sort((a, b) => Number(a.name === "notRun") - Number(b.name === "notRun") || a.start - b.start || a.index - b.index)
    .map(({ wired, name }) => `${wired.name} ${name}`);
}
