/** Order that follows from the wiring alone: depth of every node, and the longest chain of budgets. */

/** For each node, by graph position, the positions of the producers it waits for. */
export type Dependencies = readonly (readonly number[])[];

export interface BudgetPath {
  /** Node names, first to last. */
  readonly nodes: readonly string[];
  /** Sum of the declared budgets on the path. */
  readonly budgetMs: number;
}

/**
 * Positions in an order in which every node follows the producers it waits for, the lowest position first among equals.
 * A cycle, which only a wrong graph has, is opened at its lowest position, so that the order always holds every node.
 */
export function dependencyOrder(dependencies: Dependencies): readonly number[] {
  const readers: number[][] = dependencies.map(() => []);
  const missing = dependencies.map((producers, position) => {
    const distinct = new Set(producers);
    distinct.delete(position);
    for (const producer of distinct) readers[producer]?.push(position);
    return distinct.size;
  });
  const ordered: number[] = [];
  const placed = new Set<number>();
  let ready = missing.flatMap((count, position) => (count === 0 ? [position] : []));
  let lowestUnplaced = 0;
  while (ordered.length < dependencies.length) {
    if (ready.length === 0) {
      while (placed.has(lowestUnplaced)) lowestUnplaced += 1;
      ready = [lowestUnplaced];
    }
    const next: number[] = [];
    for (const position of ready) {
      if (placed.has(position)) continue;
      placed.add(position);
      ordered.push(position);
      for (const reader of readers[position] ?? []) {
        const left = (missing[reader] ?? 0) - 1;
        missing[reader] = left;
        if (left === 0) next.push(reader);
      }
    }
    ready = next.sort((left, right) => left - right);
  }
  return ordered;
}

/** Positions by depth: 0 for a node that waits for the request alone, else one more than its deepest producer. */
export function layersOf(dependencies: Dependencies): readonly (readonly number[])[] {
  const depths = new Map<number, number>();
  const layers: number[][] = [];
  for (const position of dependencyOrder(dependencies)) {
    let depth = 0;
    // A producer without a depth yet is the edge that closes a cycle.
    for (const producer of dependencies[position] ?? []) depth = Math.max(depth, (depths.get(producer) ?? -1) + 1);
    depths.set(position, depth);
    const layer = layers[depth];
    if (layer === undefined) layers[depth] = [position];
    else layer.push(position);
  }
  return layers.map((layer) => layer.sort((left, right) => left - right));
}

interface BudgetedNode {
  readonly name: string;
  readonly budgetMs: number | null;
  readonly state: { readonly kind: string };
}

/** The chain of producers and readers with the largest sum of budgets; an undeclared budget counts as 0 ms. */
export function longestBudgetPath(nodes: readonly BudgetedNode[], dependencies: Dependencies): BudgetPath {
  const totalsMs = new Map<number, number>();
  const before = new Map<number, number>();
  let last: number | undefined;
  for (const position of dependencyOrder(dependencies)) {
    const node = nodes[position];
    if (node === undefined || node.state.kind === "shadow") continue;
    let longestMs = 0;
    for (const producer of dependencies[position] ?? []) {
      const totalMs = totalsMs.get(producer);
      if (totalMs === undefined || (totalMs <= longestMs && before.has(position))) continue;
      longestMs = totalMs;
      before.set(position, producer);
    }
    const totalMs = longestMs + (node.budgetMs ?? 0);
    totalsMs.set(position, totalMs);
    if (last === undefined || totalMs > (totalsMs.get(last) ?? 0)) last = position;
  }
  const path: string[] = [];
  for (let at = last; at !== undefined; at = before.get(at)) path.unshift(nodes[at]?.name ?? "");
  return { nodes: path, budgetMs: last === undefined ? 0 : (totalsMs.get(last) ?? 0) };
}
