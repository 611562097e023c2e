/**
 * Feedback on a campaign's bids: a PID controller that holds cost per click or win rate at a target by multiplying bids
 * with exp(φ).
 *
 * C1 φ stays in its declared range, so the multiplier is finite and above 0.
 * C2 The integral is kept in the range of φ: after any time at a bound, the first measurement on the other side leaves it.
 * C3 The state is plain data and all there is: equal measurements give equal states, bit by bit.
 */
import { pacingError, requireAmount } from "./pacing-error.ts";

export interface BidControllerSettings {
  /** What the ratio of a measurement should be, above 0: micros per click, wins per bid. */
  readonly target: number;
  /** Range of φ: min at most 0, max at least 0. ln 2 = 0.69 lets bids double. */
  readonly logMultiplierMin: number;
  readonly logMultiplierMax: number;
  /** φ per unit of error (of its sum, of its change); each 0 or more. An error of 1 is a ratio 2.7 times below target. */
  readonly proportionalGain: number;
  readonly integralGain: number;
  readonly derivativeGain: number;
  /**
   * Denominator events that every measurement is given at the target, above 0. It is what defines the ratio at 0 clicks:
   * no spend and no clicks are no error, and spend without clicks counts against the target the more the more it is.
   */
  readonly priorEvents: number;
}

/** One window: spend and clicks for cost per click, wins and bids for win rate. Both 0 or more. */
export interface RatioMeasurement {
  readonly numerator: number;
  readonly denominator: number;
}

/** State of one campaign, with the terms that made it. Plain data: keep it under the campaign's id. */
export interface BidControllerState {
  /** φ: bids are multiplied by exp(φ). */
  readonly logMultiplier: number;
  readonly proportional: number;
  readonly integral: number;
  readonly derivative: number;
  /** ln(target / measured); `null` before the first measurement, which therefore has no derivative. */
  readonly error: number | null;
}

/** State of a campaign that was never measured: bids are left as they are. */
export const BID_CONTROLLER_START: BidControllerState = {
  logMultiplier: 0,
  proportional: 0,
  integral: 0,
  derivative: 0,
  error: null,
};

/** What bids are multiplied by in this state: above 0. */
export function bidMultiplier({ logMultiplier }: BidControllerState): number {
  return Math.exp(logMultiplier);
}

/**
 * The state after one more measurement. A ratio above the target lowers bids, one below raises them: a higher bid costs
 * more per click, and wins more.
 *
 * Source: Zhang, Rong, Wang, Zhu and Wang, "Feedback control of real-time display advertising", 2016. Unlike there the
 * error is a logarithm: twice the target and half the target are errors of one size, whatever the unit.
 *
 * @throws GraphError TENON1852 for settings and measurements out of range.
 */
export function nextBidController(
  settings: BidControllerSettings,
  state: BidControllerState,
  measurement: RatioMeasurement,
): BidControllerState {
  requireSettings(settings);
  const error = errorOf(settings, measurement);
  const proportional = settings.proportionalGain * error;
  const integral = withinRange(settings, state.integral + settings.integralGain * error);
  const derivative = settings.derivativeGain * (error - (state.error ?? error));
  const logMultiplier = withinRange(settings, proportional + integral + derivative);
  return { logMultiplier, proportional, integral, derivative, error };
}

function errorOf({ target, priorEvents }: BidControllerSettings, { numerator, denominator }: RatioMeasurement): number {
  requireAmount("the numerator of the measurement", numerator);
  requireAmount("the denominator of the measurement", denominator);
  return Math.log((target * (denominator + priorEvents)) / (numerator + priorEvents * target));
}

function withinRange({ logMultiplierMin, logMultiplierMax }: BidControllerSettings, value: number): number {
  return Math.min(logMultiplierMax, Math.max(logMultiplierMin, value));
}

function requireSettings(settings: BidControllerSettings): void {
  for (const name of ["target", "priorEvents"] as const) {
    requireAmount(name, settings[name]);
    if (settings[name] === 0) throw pacingError(`${name} is 0`, { expected: "a number above 0", found: 0 });
  }
  for (const name of ["proportionalGain", "integralGain", "derivativeGain"] as const)
    requireAmount(name, settings[name]);
  const { logMultiplierMin, logMultiplierMax } = settings;
  requireAmount("-logMultiplierMin", -logMultiplierMin);
  requireAmount("logMultiplierMax", logMultiplierMax);
}
