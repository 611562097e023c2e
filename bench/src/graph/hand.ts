/**
 * What a good engineer would write without a framework, over the same node functions: straight code for the sync graph,
 * `async/await` with `Promise.all` by stage for the async one. Made from text so that each contender gets its own copy.
 */
import { AD_SHAPE, type NodeFunction, RESPOND, type ShapeNode } from "./shape.ts";

export type HandWritten = (request: number, ctx: unknown) => unknown;

let copies = 0;

function compile(functions: Record<string, NodeFunction>, body: string): HandWritten {
  const binding = Object.keys(functions)
    .map((name) => `const f_${name} = functions.${name};`)
    .join("\n");
  return new Function("functions", `// hand ${++copies}\n${binding}\n${body}`)(functions) as HandWritten;
}

const call = (node: ShapeNode): string => `f_${node.name}({ ${node.reads.join(", ")} }, ctx)`;

/** One call after the other. */
export function handSync(
  shape: readonly ShapeNode[],
  functions: Record<string, NodeFunction>,
  respond: readonly string[],
): HandWritten {
  const lines = shape.map((node) => `const { ${node.name} } = ${call(node)};`);
  return compile(functions, `return (request, ctx) => {\n${lines.join("\n")}\nreturn { ${respond.join(", ")} };\n};`);
}

/** The ad-shaped graph with its eight remote reads awaited stage by stage. */
export function handAsync(functions: Record<string, NodeFunction>): HandWritten {
  const nodes = new Map(AD_SHAPE.map((node) => [node.name, node]));
  const sync = (...names: string[]) =>
    names.map((name) => `const { ${name} } = ${call(nodes.get(name) as ShapeNode)};`).join("\n");
  const together = (...names: string[]) =>
    `const [${names.map((name) => `{ ${name} }`).join(", ")}] = await Promise.all([${names.map((name) => call(nodes.get(name) as ShapeNode)).join(", ")}]);`;
  const one = (name: string) => `const { ${name} } = await ${call(nodes.get(name) as ShapeNode)};`;
  const body = [
    sync("normalise", "consent", "context"),
    together("profile", "counts"),
    sync("interests", "targeting"),
    together("embedding", "byKeyword", "explored"),
    one("byVector"),
    sync("merged"),
    one("forward"),
    sync("active", "capped"),
    one("budgeted"),
    sync("light", "features", "ranked", "calibrated", "auctioned", "blended", "response", "log"),
  ].join("\n");
  return compile(functions, `return async (request, ctx) => {\n${body}\nreturn { ${RESPOND.join(", ")} };\n};`);
}
