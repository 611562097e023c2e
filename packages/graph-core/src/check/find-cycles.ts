/**
 * Circles in a directed graph, one per cause. Vertices are numbered in reading order, so an edge from a later vertex to
 * an earlier one (or to itself) is the one that looks wrong: it is blamed, reported with the shortest way round, and then
 * left out, until no circle remains. Each round is linear; rounds are bounded.
 */

/** Rounds at most; a graph with more independent circles is told about the rest after the first ones are mended. */
export const CYCLE_ROUNDS_MAX = 16;

export interface FoundCycles {
  /** Vertices of each circle in edge order, the first not repeated. */
  readonly cycles: readonly (readonly number[])[];
  /** Circles remain that were not looked at. */
  readonly more: boolean;
}

/** @param targets for each vertex, the vertices its edges lead to */
export function findCycles(targets: readonly (readonly number[])[]): FoundCycles {
  const cycles: (readonly number[])[] = [];
  const left = new Set<string>();
  for (let round = 0; round < CYCLE_ROUNDS_MAX; round += 1) {
    const component = strongComponents(targets, left);
    const blamed = blamedEdges(targets, component, left);
    if (blamed.length === 0) return { cycles, more: false };
    for (const [from, to] of blamed) {
      cycles.push(shortestWay(targets, component, left, to, from));
      left.add(edgeId(from, to));
    }
  }
  return { cycles, more: blamedEdges(targets, strongComponents(targets, left), left).length > 0 };
}

function edgeId(from: number, to: number): string {
  return `${from}>${to}`;
}

/** Of each component that holds a circle, its first edge that leads backwards in reading order. */
function blamedEdges(
  targets: readonly (readonly number[])[],
  component: readonly number[],
  left: ReadonlySet<string>,
): readonly (readonly [number, number])[] {
  const blamed = new Map<number, readonly [number, number]>();
  targets.forEach((tos, from) => {
    for (const to of tos) {
      const home = component[from] as number;
      if (to > from || component[to] !== home || blamed.has(home) || left.has(edgeId(from, to))) continue;
      blamed.set(home, [from, to]);
    }
  });
  return [...blamed.values()];
}

/** Breadth first from `start` to `goal` inside their component. */
function shortestWay(
  targets: readonly (readonly number[])[],
  component: readonly number[],
  left: ReadonlySet<string>,
  start: number,
  goal: number,
): readonly number[] {
  const cameFrom = new Map<number, number>([[start, start]]);
  let frontier = [start];
  while (!cameFrom.has(goal) && frontier.length > 0) {
    const next: number[] = [];
    for (const vertex of frontier) {
      for (const to of targets[vertex] ?? []) {
        if (component[to] !== component[start] || cameFrom.has(to) || left.has(edgeId(vertex, to))) continue;
        cameFrom.set(to, vertex);
        next.push(to);
      }
    }
    frontier = next;
  }
  const way = [goal];
  for (let at = goal; at !== start; ) {
    at = cameFrom.get(at) as number;
    way.push(at);
  }
  return way.reverse();
}

/** Number of the strongly connected component of each vertex; Tarjan's algorithm without recursion. */
function strongComponents(targets: readonly (readonly number[])[], left: ReadonlySet<string>): readonly number[] {
  const component = new Array<number>(targets.length).fill(-1);
  const found = new Array<number>(targets.length).fill(-1);
  const lowest = new Array<number>(targets.length).fill(0);
  const open: number[] = [];
  let count = 0;
  let components = 0;
  const enter = (vertex: number): { vertex: number; edge: number } => {
    found[vertex] = count;
    lowest[vertex] = count;
    count += 1;
    open.push(vertex);
    return { vertex, edge: 0 };
  };
  for (let root = 0; root < targets.length; root += 1) {
    if (found[root] !== -1) continue;
    const path = [enter(root)];
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const { vertex } = step;
      const to = targets[vertex]?.[step.edge];
      if (to === undefined) {
        path.pop();
        const parent = path.at(-1)?.vertex;
        if (parent !== undefined) lowest[parent] = Math.min(lowest[parent] as number, lowest[vertex] as number);
        if (lowest[vertex] !== found[vertex]) continue;
        let member: number;
        do {
          member = open.pop() as number;
          component[member] = components;
        } while (member !== vertex);
        components += 1;
        continue;
      }
      step.edge += 1;
      if (left.has(edgeId(vertex, to))) continue;
      if (found[to] === -1) path.push(enter(to));
      else if (component[to] === -1) lowest[vertex] = Math.min(lowest[vertex] as number, found[to] as number);
    }
  }
  return component;
}
