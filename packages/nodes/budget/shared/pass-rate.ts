/**
 * Pacing by share of requests: one pass rate per campaign, adjusted once per window.
 *
 * R1 The pass rate stays between its floor and 1. The floor is above 0, or a rate could never rise again.
 * R2 Ahead of the plan the rate never rises, behind it it never falls, and no window changes it by more than the step.
 */
import { type Micros, micros } from "@tenon/ads-model";
import { pacingError, requireAmount } from "./pacing-error.ts";
import { plannedMicros, requireWindow, type SpendPlan, wantedSpend } from "./spend-plan.ts";

export interface PassRateSettings {
  /** Least pass rate, above 0, at most 1. */
  readonly passRateMin: number;
  /** Most that one window changes the rate, as a share of it; between 0 and 1, bounds excluded. */
  readonly step: number;
}

/** State of one campaign. Plain data: keep it under the campaign's id. */
export interface PassRateState {
  /** Share of requests in which the campaign may take part in the next window. */
  readonly passRate: number;
  /** Effective spend at the end of the last window. */
  readonly spentMicros: Micros;
  /** What the whole day would spend at pass rate 1, by what was seen so far; micros, not whole. */
  readonly unpacedMicros: number;
}

/**
 * Before the first window. `unpacedMicros`: forecast of what the campaign would spend in the day without pacing. Twice too
 * high or too low is made up early in the day; without a forecast, ten times the budget starts at a tenth of the requests,
 * as LinkedIn does.
 */
export function startPassRate(
  plan: SpendPlan,
  settings: PassRateSettings,
  { unpacedMicros }: { readonly unpacedMicros: number },
): PassRateState {
  requireSettings(settings);
  requireAmount("the forecast of unpaced spend", unpacedMicros);
  return { passRate: within(settings, plan.budgetMicros / unpacedMicros), spentMicros: micros(0), unpacedMicros };
}

/** Weight of the last window in what is known about spend at pass rate 1: its noise counts for half after five windows. */
const WINDOW_WEIGHT = 0.25;

/**
 * The state after `window`, whose pass rate is that of the next one. `spentMicros`: effective spend of the day so far, that
 * is reported plus predicted: with reported spend alone a late report reads as too little spend, and the rate rises.
 *
 * Source: Agarwal, Ghosh, Wei and You, "Budget pacing for targeted online advertisements at LinkedIn", 2014: multiply the
 * rate by 1 + step when the day has spent less than planned, by 1 - step when more. Here a step is no longer than needed
 * to be back on the plan within some windows: full steps overshoot, and at random ended days up to 18 % short.
 *
 * @throws GraphError TENON1852 for a window the plan does not have, and settings or spend out of range.
 */
export function nextPassRate(
  plan: SpendPlan,
  settings: PassRateSettings,
  state: PassRateState,
  { window, spentMicros }: { readonly window: number; readonly spentMicros: Micros },
): PassRateState {
  requireSettings(settings);
  requireWindow(plan, window);
  requireAmount("spend", spentMicros);
  const unpacedMicros = unpacedAfter(plan, state, window, spentMicros);
  const change = wantedChange(plan, { ...state, unpacedMicros }, window, spentMicros);
  const isAhead = spentMicros > plannedMicros(plan, window);
  const least = isAhead ? 1 - settings.step : 1;
  const most = isAhead ? 1 : 1 + settings.step;
  const passRate = within(settings, state.passRate * Math.min(most, Math.max(least, change)));
  return { passRate, spentMicros, unpacedMicros };
}

/** Predicted spend that turns out too high is taken back: a window can then seem to have spent less than nothing. */
function unpacedAfter(plan: SpendPlan, state: PassRateState, window: number, spentMicros: Micros): number {
  const share = (plan.trafficShares[window] as number) * state.passRate;
  if (share === 0) return state.unpacedMicros;
  const seen = Math.max(0, spentMicros - state.spentMicros) / share;
  return state.unpacedMicros + WINDOW_WEIGHT * (seen - state.unpacedMicros);
}

/** What the rate would have to be multiplied by for the next window to spend what is wanted of it. */
function wantedChange(plan: SpendPlan, state: PassRateState, window: number, spentMicros: Micros): number {
  const next = window + 1;
  if (next === plan.trafficShares.length) return 1;
  const expected = state.unpacedMicros * state.passRate * (plan.trafficShares[next] as number);
  const wanted = wantedSpend(plan, next, spentMicros);
  if (expected > 0) return wanted / expected;
  return wanted > 0 ? Number.POSITIVE_INFINITY : 1;
}

function within({ passRateMin }: PassRateSettings, rate: number): number {
  // A budget divided by no forecast spend is infinite: everything is let through.
  return rate <= 1 ? Math.max(passRateMin, rate) : 1;
}

function requireSettings({ passRateMin, step }: PassRateSettings): void {
  if (!(passRateMin > 0 && passRateMin <= 1))
    throw pacingError("passRateMin is no floor", { expected: "above 0, at most 1", found: passRateMin });
  if (!(step > 0 && step < 1))
    throw pacingError("step is no share of a rate", { expected: "above 0, below 1", found: step });
}
