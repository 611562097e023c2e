/**
 * Whose time a CPU profile shows. A sample belongs to the deepest frame that lies in a node's folder: to the node, with
 * all that it calls. A sample without such a frame belongs to the nearest frame, from the top of the stack, of the host's
 * sink, of the HTTP layer, of the rest of the host or of the framework's compile, execute and observe. Code that works for
 * whoever calls it (values, schemas, generated encoders, Node's own modules) counts for its caller.
 * Samples are counted, not their durations: what waited for a busy processor must not weigh more.
 *
 * The sampler misses the frame of a function that has just been entered or is inside the engine's own code, and books its
 * caller: a function that only calls another one shows some 3 % of that one's time. The plan is such a caller. Samples on
 * lines of the plan that call a node are therefore told apart from the framework's, and belong to no node by name.
 */
import type { Profiler } from "node:inspector";

/** Everything that is no node. */
export type Layer =
  | "framework"
  | "nodes at their call"
  | "host"
  | "log sink"
  | "http and json"
  | "garbage collector"
  | "native outside JavaScript"
  | "measuring"
  | "idle"
  | "other";

export interface Shares {
  /** Samples by node (`ranking/predict-clicks`) and by layer; both together are all samples. */
  readonly nodes: Readonly<Record<string, number>>;
  readonly layers: Readonly<Partial<Record<Layer, number>>>;
  /** The places with most samples of their own, most first. */
  readonly hottest: readonly HotPlace[];
}

export interface HotPlace {
  /** `function file:line`; the file from the repository's folders on. */
  readonly place: string;
  readonly samples: number;
  /** Node or layer that the place worked for most. */
  readonly worksFor: string;
}

/** Places told of one profile. */
const PLACES_MAX = 25;

const NODE_FOLDER = /\/packages\/nodes\/(?!testing\/|dist\/)([a-z-]+\/(?!shared\/)[a-z-]+)\//;
const LAYER_FOLDERS: readonly (readonly [string, Layer])[] = [
  ["/packages/admixer/src/sink/", "log sink"],
  ["/packages/admixer/src/server/", "http and json"],
  ["/packages/admixer/", "host"],
  ["/packages/graph-core/src/execute/", "framework"],
  ["/packages/graph-core/src/compile/", "framework"],
  ["/packages/graph-core/src/observe/", "framework"],
  ["/bench/src/", "measuring"],
  ["/node_modules/", "http and json"],
];
const ENGINE_FRAMES: ReadonlyMap<string, Layer> = new Map([
  ["(idle)", "idle"],
  ["(program)", "native outside JavaScript"],
  ["(garbage collector)", "garbage collector"],
]);

/** What a line of a plan has that calls a node's function, a filter's verdict or the continuation that runs nodes. */
const CALLS_NODE = /\b(?:[nfw]\d+|verdict|seg\d+|done\d+)\((?!\) =>)/;

/** `plans`: source of each generated plan by its script's id. */
export function sharesOf(profile: Profiler.Profile, plans: ReadonlyMap<string, string> = new Map()): Shares {
  const linesOf = new Map([...plans].map(([scriptId, source]) => [scriptId, source.split("\n")]));
  const tree = new Map(profile.nodes.map((node) => [node.id, node]));
  const parentOf = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const nodes = new Map<string, number>();
  const layers = new Map<Layer, number>();
  const places = new Map<string, Map<string, number>>();
  const stackOf = (id: number): Profiler.ProfileNode[] => {
    const stack: Profiler.ProfileNode[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parentOf.get(at)) {
      stack.push(tree.get(at) as Profiler.ProfileNode);
    }
    return stack;
  };
  for (const leaf of profile.nodes) {
    if (leaf.hitCount === 0 || nodeOf(stackOf(leaf.id)) !== undefined) continue;
    const unseen = ticksAtCalls(leaf, linesOf.get(leaf.callFrame.scriptId));
    count(layers, "framework", -unseen);
    count(layers, "nodes at their call", unseen);
  }
  for (const id of profile.samples ?? []) {
    const stack = stackOf(id);
    const node = nodeOf(stack);
    const owner = node ?? layerOf(stack);
    if (node === undefined) count(layers, owner as Layer);
    else count(nodes, node);
    const place = placeOf(stack[0] as Profiler.ProfileNode);
    const worksFor = places.get(place) ?? new Map<string, number>();
    places.set(place, worksFor);
    count(worksFor, owner);
  }
  return {
    nodes: Object.fromEntries(nodes),
    layers: Object.fromEntries(layers),
    hottest: hottestOf(places),
  };
}

function nodeOf(stack: readonly Profiler.ProfileNode[]): string | undefined {
  for (const { callFrame } of stack) {
    const folder = NODE_FOLDER.exec(callFrame.url)?.[1];
    if (folder !== undefined) return folder;
  }
  return undefined;
}

function layerOf(stack: readonly Profiler.ProfileNode[]): Layer {
  const engine = ENGINE_FRAMES.get(stack[0]?.callFrame.functionName ?? "");
  if (engine !== undefined) return engine;
  let isBuiltIn = false;
  let isGenerated = false;
  for (const { callFrame } of stack) {
    const { url, scriptId } = callFrame;
    const layer = LAYER_FOLDERS.find(([folder]) => url.includes(folder))?.[1];
    if (layer !== undefined) return layer;
    isBuiltIn ||= url.startsWith("node:");
    // Code from strings has a script and no address: the plan, whose continuations stand at the bottom of a stack.
    isGenerated ||= url === "" && scriptId !== "0";
  }
  if (isGenerated) return "framework";
  return isBuiltIn ? "http and json" : "other";
}

function ticksAtCalls({ positionTicks = [] }: Profiler.ProfileNode, plan: readonly string[] | undefined): number {
  if (plan === undefined) return 0;
  return positionTicks
    .filter(({ line }) => CALLS_NODE.test(plan[line - 1] ?? ""))
    .reduce((sum, { ticks }) => sum + ticks, 0);
}

function placeOf({ callFrame }: Profiler.ProfileNode): string {
  const { functionName, url, lineNumber, scriptId } = callFrame;
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (url === "") return scriptId === "0" ? name : `${name} (generated):${lineNumber + 1}`;
  const file = url.replace(/^.*?\/(?=(packages|graphs|bench|node_modules)\/)/, "");
  return `${name} ${file}:${lineNumber + 1}`;
}

function hottestOf(places: ReadonlyMap<string, ReadonlyMap<string, number>>): HotPlace[] {
  const all = [...places].map(([place, worksFor]) => {
    const sorted = [...worksFor].sort(([, a], [, b]) => b - a);
    const samples = sorted.reduce((sum, [, each]) => sum + each, 0);
    return { place, samples, worksFor: sorted[0]?.[0] ?? "" };
  });
  return all
    .filter(({ worksFor }) => worksFor !== "idle")
    .sort((a, b) => b.samples - a.samples)
    .slice(0, PLACES_MAX);
}

function count<Key>(totals: Map<Key, number>, key: Key, by = 1): void {
  if (by !== 0) totals.set(key, (totals.get(key) ?? 0) + by);
}
