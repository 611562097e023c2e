/**
 * Pacing by predicted response: requests are grouped in layers, and the best layers are let through first.
 *
 * L1 A better layer's rate is never below a worse one's.
 * L2 A rate is 0, or between the trial rate and 1: with less a layer would show too little spend to be steered by.
 */
import { pacingError, requireAmount } from "./pacing-error.ts";

/**
 * Lower bounds of `count` layers with equally many of these predictions, best layer first; the last bound is 0. Few
 * layers: each needs spend of its own in every window to be steered by.
 *
 * @throws GraphError TENON1852 when there are fewer predictions than layers.
 */
export function layerBounds(predictions: readonly number[], count: number): readonly number[] {
  if (!(Number.isInteger(count) && count >= 1 && count <= predictions.length)) {
    throw pacingError("these predictions do not make so many layers", {
      expected: `1 to ${predictions.length} layers`,
      found: count,
    });
  }
  const sorted = Float64Array.from(predictions).sort();
  return Array.from({ length: count }, (_, layer) => {
    if (layer === count - 1) return 0;
    return sorted[Math.floor(((count - 1 - layer) * sorted.length) / count)] as number;
  });
}

/** Number of the layer of a prediction, 0 the best. */
export function layerOf(bounds: readonly number[], prediction: number): number {
  const layer = bounds.findIndex((bound) => prediction >= bound);
  return layer === -1 ? bounds.length - 1 : layer;
}

export interface Layer {
  /** 0 to 1. */
  readonly passRate: number;
  /** What the layer would spend in the next window at this rate: its last spend times forecast growth. Micros, not whole. */
  readonly expectedMicros: number;
}

export interface LayerSettings {
  /** Rate at which a closed layer is opened, so that its spend becomes known; above 0, at most 1. */
  readonly trialRate: number;
}

/**
 * A layer that spent nothing is opened by this factor at most: what it would spend at a higher rate is not known.
 */
const BLIND_FACTOR = 2;

/**
 * The rates of the next window, so that it spends `wantedMicros`. Layers best first, as are the rates returned. The spend
 * is laid out from the best layer down; layers behind it are closed, but for a small trial of the first of them.
 *
 * Source: Xu, Lee, Li, Qi and Lu, "Smart pacing for effective online ad campaign optimization", 2015, algorithm 1. There
 * the residual is added from the best layer down or taken from the worst up, which comes to the same once all layers but
 * one are fully open or closed; but from equal rates it never gets there when traffic is even.
 *
 * @throws GraphError TENON1852 when rates fall out of order, or rates, spend and settings are out of range.
 */
export function nextLayerRates(
  layers: readonly Layer[],
  { trialRate }: LayerSettings,
  wantedMicros: number,
): readonly number[] {
  requireLayers(layers, trialRate);
  if (!Number.isFinite(wantedMicros))
    throw pacingError("the wanted spend is no amount", { expected: "a finite number", found: wantedMicros });
  let rest = wantedMicros;
  let above = 1;
  const rates = layers.map(({ passRate, expectedMicros }) => {
    if (rest <= 0 || passRate === 0) return 0;
    const isBlind = expectedMicros === 0;
    const wanted = isBlind ? passRate * BLIND_FACTOR : (passRate * rest) / expectedMicros;
    const rate = Math.min(above, Math.max(trialRate, wanted));
    // A layer that takes less than it may has taken all of the rest; subtracting would leave rounding to the next one.
    rest = isBlind ? rest : rate < above ? 0 : rest - (expectedMicros * rate) / passRate;
    above = rate;
    return rate;
  });
  const closed = rates.indexOf(0);
  // The best layer has its trial too, or a campaign could stop for good.
  if (closed !== -1) rates[closed] = trialRate;
  return rates;
}

function requireLayers(layers: readonly Layer[], trialRate: number): void {
  if (!(trialRate > 0 && trialRate <= 1))
    throw pacingError("trialRate is no rate", { expected: "above 0, at most 1", found: trialRate });
  let above = 1;
  for (const [layer, { passRate, expectedMicros }] of layers.entries()) {
    requireAmount(`the spend of layer ${layer}`, expectedMicros);
    if (!(passRate >= 0 && passRate <= above))
      throw pacingError(`layer ${layer} is out of order`, { expected: `a rate from 0 to ${above}`, found: passRate });
    above = passRate;
  }
}
