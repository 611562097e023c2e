import type { Graph } from "@tenon/graph-core";
import { cliError } from "../cli-error.ts";
import { nearest } from "../output/nearest.ts";

/** @throws GraphError TENON1703 when there is no graph of that name */
export function graphNamed(name: string, graphs: readonly Graph[]): Graph {
  const found = graphs.find((graph) => graph.name === name);
  if (found !== undefined) return found;
  const names = graphs.map((graph) => graph.name);
  throw cliError("unknownGraph", {
    message: `there is no graph "${name}"`,
    detail: `the project has ${names.join(", ") || "none"}`,
    hint: nearest(name, names) ?? "`tenon graph` lists them",
  });
}
