import type { WiredNode, Wiring } from "../../graph/wiring.ts";
import { graphParty, graphText, nodeParty, type Rule } from "../rule.ts";
import { nodesInOrder, producersOf } from "../wiring-facts.ts";

/**
 * The longest chain of budgets that the response waits for fits into the deadline. A node without a budget counts as
 * 0 ms, so the sum is a lower bound of what the request may take.
 */
export const budgetFitsDeadline: Rule = {
  name: "budget-fits-deadline",
  code: "TENON1015",
  *check(wiring) {
    const { graph } = wiring;
    if (graph.deadlineMs === undefined) return;
    const { path, totalMs } = criticalPath(wiring);
    if (totalMs <= graph.deadlineMs) return;
    const spenders = path.filter((node) => budgetOf(node) > 0);
    const byShare = spenders.toSorted((one, other) => budgetOf(other) - budgetOf(one) || one.position - other.position);
    const [largest] = byShare as [WiredNode];
    const shares = byShare.map((node) => `node "${node.name}" (owner ${node.definition.owner}) ${budgetOf(node)} ms`);
    yield {
      severity: "error",
      message: `the budgets on the critical path of ${graphText(graph)} add up to ${totalMs} ms, the deadline is ${graph.deadlineMs} ms: ${shares.join(", ")}`,
      primary: nodeParty(largest, `takes up to ${budgetOf(largest)} ms`),
      secondary: [
        graphParty(graph, `deadlineMs: ${graph.deadlineMs}`),
        ...byShare.slice(1).map((node) => nodeParty(node, `takes up to ${budgetOf(node)} ms`)),
      ],
      detail: {
        expected: `at most ${graph.deadlineMs} ms`,
        found: `${totalMs} ms: ${spenders.map((node) => node.name).join(" → ")}`,
      },
      hint: `save ${totalMs - graph.deadlineMs} ms: lower a budget (the largest is node "${largest.name}"), take a node off the path by reading less, or raise deadlineMs`,
    };
  },
};

function budgetOf(node: WiredNode): number {
  return node.definition.budgetMs ?? 0;
}

interface Path {
  readonly path: readonly WiredNode[];
  readonly totalMs: number;
}

/** The chain of producers and readers with the largest sum of budgets that ends at a respond slot. */
function criticalPath(wiring: Wiring): Path {
  const endsMs = new Map<WiredNode, number>();
  const longestBefore = new Map<WiredNode, WiredNode>();
  for (const node of nodesInOrder(wiring)) {
    let startMs = 0;
    for (const producer of producersOf(wiring, node)) {
      // A producer without an end yet closes a circle, which `acyclic` reports.
      const endMs = endsMs.get(producer);
      if (endMs === undefined || endMs <= startMs) continue;
      startMs = endMs;
      longestBefore.set(node, producer);
    }
    endsMs.set(node, startMs + budgetOf(node));
  }
  let last: WiredNode | undefined;
  for (const key of wiring.respond) {
    for (const writer of wiring.slots.get(key)?.writers ?? []) {
      if (last === undefined || (endsMs.get(writer) ?? 0) > (endsMs.get(last) ?? 0)) last = writer;
    }
  }
  const path: WiredNode[] = [];
  for (let at = last; at !== undefined; at = longestBefore.get(at)) path.push(at);
  return { path: path.reverse(), totalMs: last === undefined ? 0 : (endsMs.get(last) ?? 0) };
}
