/**
 * What the type checker spends on graphs of 10 to 1,000 nodes, in instantiations: exact, so no machine makes it fail.
 * A change of the contracts that costs more than it should is seen here before it is felt in an editor.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compile, emptyDirectory } from "../support/workspace.ts";
import { generatedGraphSource } from "./generated-graph.ts";

/** Nodes → instantiations at most, those of zod and of the runtime's own sources (about 40,000) included. */
const INSTANTIATIONS_MAX: Readonly<Record<number, number>> = { 10: 60_000, 100: 150_000, 300: 350_000, 1000: 900_000 };

/** Type checking a thousand nodes takes seconds on a busy machine. */
const TIMEOUT_MS = 120_000;

function measure(nodeCount: number): { readonly errors: string[]; readonly instantiations: number } {
  const directory = emptyDirectory(`budget-${nodeCount}`);
  const file = join(directory, "generated.ts");
  writeFileSync(file, generatedGraphSource(nodeCount));
  const output = compile(directory, [file], "--extendedDiagnostics");
  const errors = output.split("\n").filter((line) => line.includes("error TS"));
  return { errors, instantiations: Number(/^Instantiations:\s+(\d+)/m.exec(output)?.[1]) };
}

const measured = new Map<number, number>();

test.each(Object.keys(INSTANTIATIONS_MAX).map(Number))(
  "a graph of %i nodes is checked within its budget",
  { timeout: TIMEOUT_MS },
  (nodeCount) => {
    const { errors, instantiations } = measure(nodeCount);
    measured.set(nodeCount, instantiations);
    expect(errors).toEqual([]);
    expect(instantiations).toBeGreaterThan(0);
    expect(instantiations).toBeLessThanOrEqual(INSTANTIATIONS_MAX[nodeCount] as number);
  },
);

test("the cost of a node does not grow with the graph", () => {
  const perNode = (from: number, to: number): number =>
    ((measured.get(to) as number) - (measured.get(from) as number)) / (to - from);
  expect(perNode(300, 1000)).toBeLessThanOrEqual(1.05 * perNode(10, 100));
});
