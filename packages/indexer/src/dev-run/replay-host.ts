import type { ReplayHost } from "@tenon/dev-run/report";
import { handlerExecutors } from "./handler-executors.ts";

const executors = handlerExecutors();

export const replayHost: ReplayHost = {
  graphs: [...executors.keys()],
  executorOf: (graph) => executors.get(graph) as NonNullable<ReturnType<typeof executors.get>>,
};
