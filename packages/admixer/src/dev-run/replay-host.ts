import type { ReplayHost } from "@tenon/dev-run/report";
import { servingPlan } from "../host/serving-plan.ts";
import { composeRows } from "./row-reads.ts";
import { replayExecutor } from "./serving-executor.ts";

export const replayHost: ReplayHost = {
  graphs: [servingPlan.graph.name],
  executorOf: (_, header) => replayExecutor(header),
  compose: composeRows,
};
