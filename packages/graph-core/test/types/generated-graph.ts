/**
 * Writes a graph of any size as TypeScript source, to measure what the type checker spends on it.
 * Node i reads slots i-1 and floor(i/2) and writes slot i, so the graph has both a long chain and long edges.
 */
const SCHEMA = `z.object({
  id: z.number(), name: z.string(), ok: z.boolean(), nested: z.object({ a: z.number(), b: z.array(z.string()) }),
})`;

export function generatedGraphSource(nodeCount: number): string {
  const lines = [
    `import { graph, node, slot } from "@tenon/graph-core";`,
    `import { z } from "zod";`,
    ...Array.from({ length: nodeCount + 1 }, (_, index) => slotSource(index)),
    ...Array.from({ length: nodeCount }, (_, index) => nodeSource(index + 1)),
    `export const generated = graph({`,
    `  name: "generated", owner: "o", request: [S0],`,
    `  nodes: { ${Array.from({ length: nodeCount }, (_, index) => `n${index + 1}`).join(", ")} },`,
    `  respond: [S${nodeCount}],`,
    `});`,
  ];
  return `${lines.join("\n")}\n`;
}

function slotSource(index: number): string {
  return `export const S${index} = slot("s${index}", ${SCHEMA.replaceAll("\n", " ")}, { owner: "o" });`;
}

function nodeSource(index: number): string {
  const previous = index - 1;
  const half = Math.floor(index / 2);
  const reads = half === previous ? `S${previous}` : `S${previous}, S${half}`;
  return `export const n${index} = node({ owner: "o", purpose: "p", reads: [${reads}], writes: [S${index}], run: (inputs) => ({ s${index}: { ...inputs.s${previous}, id: ${index} } }) });`;
}
