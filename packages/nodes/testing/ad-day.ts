/** A day of one campaign as data, for properties of pacers: windows of requests, each with what a win costs and brings. */
import { drawsOf } from "./market.ts";

export const WINDOWS = 144;

export interface DayRequest {
  /** Price of the impression: what the highest other bid is, micros. */
  readonly priceMicros: number;
  readonly clickProbability: number;
  /** What a model says of it. */
  readonly prediction: number;
  /** Even in [0, 1): decides whether the campaign takes part at its pass rate. */
  readonly draw: number;
}

export interface Day {
  /** Forecast requests by window: right in shape, not in every window. */
  readonly forecast: readonly number[];
  readonly windows: readonly (readonly DayRequest[])[];
  /** What the campaign would spend if it bought everything. */
  readonly unpacedMicros: number;
}

export interface DayOptions {
  readonly seed: number;
  readonly requestsPerWindow: number;
  /** Traffic of the busiest hour over the mean, minus 1: 0 is an even day. */
  readonly swing?: number;
  /** Hour of the busiest time as a share of the day. */
  readonly peak?: number;
  /** Spread of traffic around its forecast, as a share. */
  readonly noise?: number;
  /** How far predictions are off, in log-odds. */
  readonly predictionError?: number;
}

/** Mean price of an impression, micros; prices lie evenly between half and one and a half of it. */
const PRICE_MICROS = 2_000;

export function drawDay(options: DayOptions): Day {
  const { seed, requestsPerWindow, swing = 0, peak = 0.75, noise = 0, predictionError = 0 } = options;
  const draw = drawsOf(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  const forecast = Array.from(
    { length: WINDOWS },
    (_, window) => requestsPerWindow * (1 + swing * Math.cos(2 * Math.PI * (window / WINDOWS - peak))),
  );
  const windows = forecast.map((expected) => {
    const count = Math.round(expected * (1 + noise * (2 * draw() - 1)));
    return Array.from({ length: count }, (): DayRequest => {
      const logOdds = -4 + normal();
      const odds = (margin: number) => 1 / (1 + Math.exp(-margin));
      return {
        priceMicros: Math.round(PRICE_MICROS * (0.5 + draw())),
        clickProbability: odds(logOdds),
        prediction: odds(logOdds + predictionError * normal()),
        draw: draw(),
      };
    });
  });
  const unpacedMicros = windows.flat().reduce((sum, { priceMicros }) => sum + priceMicros, 0);
  return { forecast, windows, unpacedMicros };
}

export interface Bought {
  readonly spentMicros: number;
  /** Expected. */
  readonly clicks: number;
  /** Spend of the day at the end of each window. */
  readonly spentByWindow: readonly number[];
}

/**
 * Serves the day until the budget is spent. `passes` decides for each request; `endOfWindow` hears what was spent so far,
 * as it would with instant feedback.
 */
export function buyDay(
  { windows }: Day,
  budgetMicros: number,
  passes: (request: DayRequest) => boolean,
  endOfWindow: (window: number, spentMicros: number) => void = () => {},
): Bought {
  let spentMicros = 0;
  let clicks = 0;
  const spentByWindow = windows.map((requests, window) => {
    for (const request of requests) {
      if (spentMicros >= budgetMicros || !passes(request)) continue;
      spentMicros += request.priceMicros;
      clicks += request.clickProbability;
    }
    endOfWindow(window, spentMicros);
    return spentMicros;
  });
  return { spentMicros, clicks, spentByWindow };
}
