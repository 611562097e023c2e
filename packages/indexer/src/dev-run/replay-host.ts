import type { ReplayHost } from "@tenon/dev-run/report";
import { indexingExecutors } from "./indexing-executors.ts";

const executors = indexingExecutors();

export const replayHost: ReplayHost = {
  graphs: [...executors.keys()],
  executorOf: (graph) => executors.get(graph) as NonNullable<ReturnType<typeof executors.get>>,
  // Loaded where it is asked for: it brings workers and a log.
  converge: async (header, entries) => (await import("./converge/converge.ts")).converge(header, entries),
};
