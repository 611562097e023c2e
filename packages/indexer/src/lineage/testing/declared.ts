/** What this repository declares. */
import type { Graph } from "@tenon/graph-core";
import * as graphs from "@tenon/graphs";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import * as tasks from "@tenon/graphs/tasks";
import type { Task } from "@tenon/stream-runtime";
import type { LineageParts } from "../build-lineage.ts";

export const declared: LineageParts = {
  graphs: Object.values(graphs) as unknown as readonly Graph[],
  handlers: ARGUS_HANDLERS,
  tasks: Object.values(tasks) as unknown as readonly Task[],
};
