import type { ReasonLedger, Topology } from "@tenon/graph-core";

export interface DropTotal {
  readonly node: string;
  readonly owner: string;
  readonly reason: string;
  readonly count: number;
}

/** Distinct reasons per node; the list of drop reasons is closed and shorter. */
const REASONS_MAX = 64;

/** Why candidates were dropped, over every request, checked or not: "why is my campaign not spending" is asked of all traffic. */
export class DropTotals {
  readonly #byNode: ReadonlyMap<string, number>[];
  readonly #topology: Topology;

  constructor(topology: Topology) {
    this.#topology = topology;
    this.#byNode = topology.nodes.map(() => new Map());
  }

  count(ledger: ReasonLedger): void {
    for (const { nodeIndex, drops } of ledger.stages) {
      const reasons = this.#byNode[nodeIndex] as Map<string, number> | undefined;
      if (reasons === undefined) continue;
      for (const { reason } of drops) {
        const known = reasons.get(reason);
        if (known !== undefined || reasons.size < REASONS_MAX) reasons.set(reason, (known ?? 0) + 1);
      }
    }
  }

  totals(): readonly DropTotal[] {
    return this.#byNode.flatMap((reasons, at) => {
      const { name = "", owner = "" } = this.#topology.nodes[at] ?? {};
      return [...reasons].map(([reason, count]) => ({ node: name, owner, reason, count }));
    });
  }
}
