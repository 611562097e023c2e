import type { ReplayHost } from "@tenon/dev-run";
import { servingPlan } from "../host/serving-plan.ts";
import { replayExecutor } from "./serving-executor.ts";

export const replayHost: ReplayHost = {
  graphs: [servingPlan.graph.name],
  executorOf: (_, header) => replayExecutor(header),
};
