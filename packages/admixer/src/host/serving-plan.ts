import { compileGraph } from "@tenon/graph-core";
import { adRequest } from "@tenon/graphs";

/** Compiled once per process: hosts and replays of one process share the code. */
export const servingPlan = compileGraph(adRequest);
