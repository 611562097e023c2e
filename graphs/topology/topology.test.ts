/** A pull request that changes wiring changes a file of this folder; `npx vitest run graphs/topology -u` writes it. */
import { join } from "node:path";
import { type Graph, renderTopology, topologyOf } from "@tenon/graph-core";
import { expect, test } from "vitest";
import * as graphs from "../index.ts";

for (const graph of Object.values(graphs) as readonly unknown[] as readonly Graph[]) {
  test(`the drawing of "${graph.name}" is the one that was reviewed`, async () => {
    const file = join(import.meta.dirname, `${graph.name}.topology.txt`);
    await expect(renderTopology(topologyOf(graph), "text")).toMatchFileSnapshot(file);
  });
}
