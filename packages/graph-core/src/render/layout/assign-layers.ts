import { dependencyOrder } from "../../graph/topology-order.ts";
import type { Sketch, SketchBox } from "./sketch.ts";

/** Boxes wider than this together go into two layers, so that a picture stays readable at 1,440 px. */
const LAYER_WIDTH_MAX = 1_180;
const BOX_GAP = 28;
/** Each round moves every box at most once; few graphs change after the third. */
const ROUNDS_MAX = 8;

/**
 * The layer of every box: below all its producers where the graph has no cycle, at most {@link LAYER_WIDTH_MAX} wide, and
 * as near to its readers as shortens lines. The request stands alone at the top, the response alone at the bottom.
 */
export function assignLayers({ boxes, links }: Sketch): readonly number[] {
  const producers: number[][] = boxes.map(() => []);
  const readers: number[][] = boxes.map(() => []);
  const order = dependencyOrder(dependenciesOf({ boxes, links }));
  const rank = new Map(order.map((box, at) => [box, at]));
  for (const { from, to } of links) {
    if (from === to) continue;
    // A link against the order closes a cycle. It is drawn upwards, so for the layers its ends change places.
    const [upper, lower] = (rank.get(from) ?? 0) < (rank.get(to) ?? 0) ? [from, to] : [to, from];
    producers[lower]?.push(upper);
    readers[upper]?.push(lower);
  }

  const layers = new Array<number>(boxes.length).fill(0);
  const widths: number[] = [];
  const fits = (layer: number, box: SketchBox | undefined): boolean =>
    (widths[layer] ?? 0) === 0 || (widths[layer] ?? 0) + (box?.width ?? 0) + BOX_GAP <= LAYER_WIDTH_MAX;
  const move = (box: number, layer: number, sign: 1 | -1): void => {
    widths[layer] = (widths[layer] ?? 0) + sign * ((boxes[box]?.width ?? 0) + BOX_GAP);
  };
  const layerOf = (box: number): number => layers[box] ?? 0;

  const firstLayer = boxes.some((box) => box.kind === "request") ? 1 : 0;
  for (const box of order) {
    const kind = boxes[box]?.kind;
    if (kind !== "node") continue;
    let layer = Math.max(firstLayer, ...(producers[box] ?? []).map((producer) => layerOf(producer) + 1));
    while (!fits(layer, boxes[box])) layer += 1;
    layers[box] = layer;
    move(box, layer, 1);
  }
  const last = Math.max(firstLayer - 1, ...layers) + 1;
  boxes.forEach((box, at) => {
    if (box.kind === "respond") layers[at] = last;
  });

  shorten({ order, producers, readers, layers, boxes, last, firstLayer, fits, move });
  const names = new Map(boxes.map((box, at) => [box.id, at]));
  boxes.forEach((box, at) => {
    // A shadow stands beside the node it may replace: it mostly waits for the same slots.
    const beside = box.node?.state.kind === "shadow" ? names.get(box.node.state.of) : undefined;
    if (beside === undefined) return;
    const lowest = Math.max(firstLayer, ...(producers[at] ?? []).map((producer) => layerOf(producer) + 1));
    if (lowest <= layerOf(beside)) layers[at] = layerOf(beside);
  });
  return withoutEmptyLayers(layers);
}

interface Shortening {
  readonly order: readonly number[];
  readonly producers: readonly (readonly number[])[];
  readonly readers: readonly (readonly number[])[];
  readonly layers: number[];
  readonly boxes: readonly SketchBox[];
  readonly last: number;
  readonly firstLayer: number;
  readonly fits: (layer: number, box: SketchBox | undefined) => boolean;
  readonly move: (box: number, layer: number, sign: 1 | -1) => void;
}

/** Moves boxes between their producers and readers while the sum of trunk lengths falls; on a tie towards the readers. */
function shorten({ order, producers, readers, layers, boxes, last, firstLayer, fits, move }: Shortening): void {
  const layerOf = (box: number): number => layers[box] ?? 0;
  const trunkLength = (source: number): number => {
    const targets = readers[source] ?? [];
    return targets.length === 0 ? 0 : Math.max(...targets.map(layerOf)) - layerOf(source);
  };
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    let moved = false;
    for (const box of [...order].reverse()) {
      if (boxes[box]?.kind !== "node") continue;
      const own = layerOf(box);
      const lowest = Math.max(firstLayer, ...(producers[box] ?? []).map((producer) => layerOf(producer) + 1));
      const highest = Math.min(last - 1, ...(readers[box] ?? []).map((reader) => layerOf(reader) - 1));
      const costAt = (layer: number): number => {
        layers[box] = layer;
        return trunkLength(box) + (producers[box] ?? []).reduce((sum, producer) => sum + trunkLength(producer), 0);
      };
      let best = own;
      let bestCost = costAt(own);
      for (let layer = lowest; layer <= highest; layer += 1) {
        if (layer === own || !fits(layer, boxes[box])) continue;
        const cost = costAt(layer);
        if (cost < bestCost || (cost === bestCost && layer > best)) {
          best = layer;
          bestCost = cost;
        }
      }
      layers[box] = best;
      if (best === own) continue;
      move(box, own, -1);
      move(box, best, 1);
      moved = true;
    }
    if (!moved) return;
  }
}

function dependenciesOf({ boxes, links }: Sketch): readonly (readonly number[])[] {
  const dependencies: number[][] = boxes.map(() => []);
  for (const { from, to } of links) if (from !== to) dependencies[to]?.push(from);
  return dependencies;
}

function withoutEmptyLayers(layers: readonly number[]): readonly number[] {
  const used = [...new Set(layers)].sort((left, right) => left - right);
  const packed = new Map(used.map((layer, at) => [layer, at]));
  return layers.map((layer) => packed.get(layer) ?? 0);
}
