import type { AdmittedRequest } from "@tenon/ads-model";
import { type BeginOptions, compileGraph, createExecutor, type ExecutorOptions } from "@tenon/graph-core";
import { adRequest } from "../serving/ad-request.graph.ts";
import { NOW_MS, resourcesOf, type World } from "./marketplace-world.ts";

export const plan = compileGraph(adRequest);
export const ARMS = { assignments: {}, parameters: {} };

type Options = Partial<BeginOptions> & Pick<ExecutorOptions<never>, "onDegraded" | "clock">;

/** The graph's answer to a request in a world. */
export async function answer(
  request: AdmittedRequest,
  world: World = {},
  { onDegraded, clock, ...begin }: Options = {},
) {
  const executor = createExecutor(plan, {
    resources: resourcesOf(world),
    ...(onDegraded !== undefined && { onDegraded }),
    ...(clock !== undefined && { clock }),
  });
  const context = executor.begin({ requestId: request.requestId, nowMs: NOW_MS, ...begin });
  const response = await executor.execute({ adRequest: request, arms: ARMS }, context);
  return { response, context };
}
