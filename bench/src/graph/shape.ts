/**
 * The benchmark graphs as data: an ad-server-shaped DAG of 24 nodes of which 8 may be asynchronous, and a chain.
 * Node functions are made from text, one copy per contender, so that no contender inherits another's type feedback.
 */
export interface ShapeNode {
  readonly name: string;
  /** Slots read: names of other nodes, or `request`. Each node writes the slot of its own name. */
  readonly reads: readonly string[];
  /** One of the remote reads of the async workloads. */
  readonly remote: boolean;
}

function shapeNode(name: string, reads: readonly string[], remote = false): ShapeNode {
  return { name, reads, remote };
}

/** Expand user and context, retrieve three ways, merge, filter, assemble, rank, auction, blend, log. */
export const AD_SHAPE: readonly ShapeNode[] = [
  shapeNode("normalise", ["request"]),
  shapeNode("consent", ["normalise"]),
  shapeNode("profile", ["consent"], true),
  shapeNode("counts", ["consent"], true),
  shapeNode("context", ["normalise"]),
  shapeNode("interests", ["profile"]),
  shapeNode("embedding", ["interests"], true),
  shapeNode("targeting", ["profile", "context"]),
  shapeNode("byVector", ["embedding", "targeting"], true),
  shapeNode("byKeyword", ["context", "targeting"], true),
  shapeNode("explored", ["targeting"], true),
  shapeNode("merged", ["byVector", "byKeyword", "explored"]),
  shapeNode("forward", ["merged"], true),
  shapeNode("active", ["merged", "forward"]),
  shapeNode("capped", ["active", "counts"]),
  shapeNode("budgeted", ["capped"], true),
  shapeNode("light", ["budgeted", "interests"]),
  shapeNode("features", ["light", "counts", "context"]),
  shapeNode("ranked", ["features"]),
  shapeNode("calibrated", ["ranked"]),
  shapeNode("auctioned", ["calibrated", "budgeted"]),
  shapeNode("blended", ["auctioned", "context"]),
  shapeNode("response", ["blended"]),
  shapeNode("log", ["features", "ranked", "blended"]),
];

export const RESPOND = ["response", "log"] as const;

export const CHAIN_SHAPE: readonly ShapeNode[] = Array.from({ length: 200 }, (_, at) =>
  shapeNode(`link${at}`, [at === 0 ? "request" : `link${at - 1}`]),
);

export type Body = "trivial" | "work";
export type Remote = "none" | "resolved" | "immediate";

export type NodeFunction = (inputs: Readonly<Record<string, number>>, ctx: unknown) => unknown;

/** About 150 ns of integer arithmetic: a body too large to vanish, too small to hide the framework. */
const WORK_STEPS = 130;

let copies = 0;

/** A fresh copy of every node function of a shape, returning `{ slot: value }` as Tenon's nodes do. */
export function nodeFunctions(shape: readonly ShapeNode[], body: Body, remote: Remote): Record<string, NodeFunction> {
  const copy = ++copies;
  const text = shape.map((node, position) => {
    const sum = node.reads.map((read) => `inputs.${read}`).join(" + ");
    const work =
      body === "work"
        ? `for (let step = 0; step < ${WORK_STEPS}; step++) value = (Math.imul(value, 1664525) + 1013904223) | 0; value &= 1023;`
        : "";
    const record = `{ ${node.name}: value }`;
    const result =
      !node.remote || remote === "none"
        ? record
        : remote === "resolved"
          ? `Promise.resolve(${record})`
          : `new Promise((resolve) => setImmediate(resolve, ${record}))`;
    return `${node.name}: (inputs, ctx) => { let value = (${sum} + ${position}) & 0xffff; ${work} return ${result}; }`;
  });
  return new Function(`// copy ${copy}\nreturn {\n${text.join(",\n")}\n};`)() as Record<string, NodeFunction>;
}
