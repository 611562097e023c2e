/** Feedback on bids (A8): the controller alone, over logs of events, and in a loop with an auction. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { drawsOf } from "../../testing/market.ts";
import {
  BID_CONTROLLER_START,
  type BidControllerSettings,
  type BidControllerState,
  bidMultiplier,
  nextBidController,
  type RatioMeasurement,
} from "./bid-controller.ts";

const gain = fc.double({ min: 0, max: 5, noNaN: true });
const settings: fc.Arbitrary<BidControllerSettings> = fc.record({
  target: fc.double({ min: 1e-3, max: 1e7, noNaN: true }),
  logMultiplierMin: fc.double({ min: -5, max: 0, noNaN: true }),
  logMultiplierMax: fc.double({ min: 0, max: 5, noNaN: true }),
  proportionalGain: gain,
  integralGain: gain,
  derivativeGain: gain,
  priorEvents: fc.double({ min: 0.1, max: 100, noNaN: true }),
});
const amount = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 1000 }),
  fc.double({ min: 0, max: 1e15, noNaN: true }),
);
const measurement: fc.Arbitrary<RatioMeasurement> = fc.record({ numerator: amount, denominator: amount });
const measurements = fc.array(measurement, { maxLength: 40 });

function statesOf(by: BidControllerSettings, log: readonly RatioMeasurement[], start = BID_CONTROLLER_START) {
  const states: BidControllerState[] = [];
  for (const each of log) states.push(nextBidController(by, states.at(-1) ?? start, each));
  return states;
}

test("φ stays in its range and the multiplier above 0, whatever is measured, 0 clicks and 0 spend included", () => {
  fc.assert(
    fc.property(settings, measurements, (by, log) => {
      for (const state of statesOf(by, log)) {
        expect(state.logMultiplier).toBeGreaterThanOrEqual(by.logMultiplierMin);
        expect(state.logMultiplier).toBeLessThanOrEqual(by.logMultiplierMax);
        expect(bidMultiplier(state)).toBeGreaterThan(0);
        expect(Number.isFinite(bidMultiplier(state))).toBe(true);
        for (const term of [state.error as number, state.proportional, state.integral, state.derivative])
          expect(Number.isFinite(term)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test("before anything is measured bids stay as they are", () => {
  expect(bidMultiplier(BID_CONTROLLER_START)).toBe(1);
});

test("no error contributes nothing: no P at that measurement, no D at the next without error, and φ holds", () => {
  fc.assert(
    fc.property(settings, measurements, fc.integer({ min: 1, max: 1000 }), (by, log, events) => {
      const target = Math.round(by.target) + 1;
      const met = { numerator: target * events, denominator: events };
      const before = statesOf({ ...by, target }, log).at(-1) ?? BID_CONTROLLER_START;
      const [first, second] = statesOf({ ...by, target }, [met, met], before) as [
        BidControllerState,
        BidControllerState,
      ];
      // The quotient of two equal products may be one rounding off 1.
      expect(Math.abs(first.proportional)).toBeLessThan(1e-12);
      expect(Math.abs(second.proportional)).toBeLessThan(1e-12);
      expect(Math.abs(second.derivative)).toBeLessThan(1e-12);
      expect(Math.abs(second.logMultiplier - before.integral)).toBeLessThan(1e-11);
    }),
    { numRuns: 500 },
  );
});

test("the first measurement has no derivative: there is nothing it differs from", () => {
  fc.assert(
    fc.property(settings, measurement, (by, each) => {
      expect(nextBidController(by, BID_CONTROLLER_START, each).derivative).toBe(0);
    }),
  );
});

test("no clicks and no spend are no error; spend without clicks lowers bids, the more the more it is", () => {
  fc.assert(
    fc.property(settings, amount, amount, (given, one, other) => {
      const by = { ...given, proportionalGain: given.proportionalGain + 0.1 };
      const [less, more] = [Math.min(one, other), Math.max(one, other)];
      const proportional = (numerator: number) =>
        nextBidController(by, BID_CONTROLLER_START, { numerator, denominator: 0 }).proportional;
      expect(Math.abs(proportional(0))).toBe(0);
      expect(proportional(less)).toBeLessThanOrEqual(0);
      expect(proportional(more)).toBeLessThanOrEqual(proportional(less));
      if (more > by.target * by.priorEvents) expect(proportional(more)).toBeLessThan(0);
    }),
    { numRuns: 500 },
  );
});

test("a saturated φ recovers: however long it stood at a bound, one measurement on the other side leaves it", () => {
  const active = settings.map((by) => ({
    ...by,
    // Room between the bounds, gains that act, and few enough prior events for a measurement to say something.
    logMultiplierMin: by.logMultiplierMin - 0.1,
    logMultiplierMax: by.logMultiplierMax + 0.1,
    proportionalGain: by.proportionalGain + 0.1,
    integralGain: by.integralGain + 0.1,
  }));
  fc.assert(
    fc.property(active, fc.integer({ min: 20, max: 300 }), fc.boolean(), (by, windows, isAbove) => {
      const much = { numerator: by.target * by.priorEvents * 1e6, denominator: 0 };
      const little = { numerator: 0, denominator: by.priorEvents * 1e6 };
      const [push, reverse, bound] = isAbove
        ? [little, much, by.logMultiplierMax]
        : [much, little, by.logMultiplierMin];
      const pushed = statesOf(by, new Array<RatioMeasurement>(windows).fill(push)).at(-1) as BidControllerState;
      expect(pushed.logMultiplier).toBe(bound);
      const reversed = nextBidController(by, pushed, reverse);
      if (isAbove) expect(reversed.logMultiplier).toBeLessThan(bound);
      else expect(reversed.logMultiplier).toBeGreaterThan(bound);
      // And not by its derivative alone: at an unchanged error it keeps going the other way.
      const then = nextBidController(by, reversed, reverse);
      if (isAbove) expect(then.logMultiplier).toBeLessThan(bound);
      else expect(then.logMultiplier).toBeGreaterThan(bound);
    }),
    { numRuns: 300 },
  );
});

interface AdEvent {
  readonly campaignId: number;
  readonly costMicros: number;
  readonly isClick: boolean;
}
const events = fc.array(
  fc.record({
    campaignId: fc.integer({ min: 1, max: 3 }),
    costMicros: fc.integer({ min: 0, max: 5_000 }),
    isClick: fc.boolean(),
  }),
  { maxLength: 120 },
);
const EVENTS_PER_WINDOW = 10;

/** φ of every campaign after every window of the log, from states kept by campaign. */
function replay(
  by: BidControllerSettings,
  log: readonly AdEvent[],
  start: ReadonlyMap<number, BidControllerState> = new Map(),
) {
  const states = new Map(start);
  const phis: (readonly [number, number])[][] = [];
  for (let from = 0; from < log.length; from += EVENTS_PER_WINDOW) {
    const window = log.slice(from, from + EVENTS_PER_WINDOW);
    for (const campaignId of [1, 2, 3]) {
      const own = window.filter((event) => event.campaignId === campaignId);
      const numerator = own.reduce((sum, { costMicros }) => sum + costMicros, 0);
      const denominator = own.filter(({ isClick }) => isClick).length;
      const state = states.get(campaignId) ?? BID_CONTROLLER_START;
      states.set(campaignId, nextBidController(by, state, { numerator, denominator }));
    }
    phis.push([...states].map(([id, { logMultiplier }]) => [id, logMultiplier] as const));
  }
  return { states, phis };
}

/** Rates that the events of this log can meet, in a range that they do not leave: φ at a bound would hide differences. */
const unsaturated = fc.record({ proportionalGain: gain, integralGain: gain, derivativeGain: gain }).map(
  (gains): BidControllerSettings => ({
    target: 5_000,
    logMultiplierMin: -100,
    logMultiplierMax: 100,
    priorEvents: 3,
    ...gains,
  }),
);

test("the same log of events gives the same φ, bit by bit: again, after a restart from written states, and per campaign", () => {
  fc.assert(
    fc.property(unsaturated, events, fc.nat(12), (by, log, cut) => {
      const whole = replay(by, log);
      expect(replay(by, log).phis).toEqual(whole.phis);
      const at = Math.min(cut * EVENTS_PER_WINDOW, Math.floor(log.length / EVENTS_PER_WINDOW) * EVENTS_PER_WINDOW);
      const first = replay(by, log.slice(0, at));
      const written = new Map<number, BidControllerState>(JSON.parse(JSON.stringify([...first.states])));
      expect([...first.phis, ...replay(by, log.slice(at), written).phis]).toEqual(whole.phis);
      // Another campaign's events change nothing.
      const others = log.map((event) => (event.campaignId === 1 ? event : { ...event, costMicros: 1, isClick: false }));
      const own = (run: typeof whole) => run.phis.map((window) => window.find(([id]) => id === 1)?.[1]);
      expect(own(replay(by, others))).toEqual(own(whole));
    }),
    { numRuns: 200 },
  );
});

const LOOP: BidControllerSettings = {
  target: 0.3,
  logMultiplierMin: -2,
  logMultiplierMax: 2,
  proportionalGain: 0.1,
  integralGain: 0.05,
  derivativeGain: 0.02,
  priorEvents: 5,
};

test("in a loop with an auction the win rate settles at its target, from bids far too low and far too high", () => {
  for (const bid of [0.2, 4]) {
    const draw = drawsOf(20261122);
    let state = BID_CONTROLLER_START;
    let wins = 0;
    for (let window = 0; window < 120; window++) {
      let won = 0;
      for (let request = 0; request < 200; request++) if (bid * bidMultiplier(state) > 0.5 + draw()) won++;
      state = nextBidController(LOOP, state, { numerator: won, denominator: 200 });
      if (window >= 60) wins += won;
    }
    expect(Math.abs(wins / (60 * 200) - LOOP.target)).toBeLessThan(0.02);
  }
});

test("in a loop with clicks the cost per click settles at its target", () => {
  const draw = drawsOf(20261122);
  const by = { ...LOOP, target: 50_000 };
  let state = BID_CONTROLLER_START;
  const total = { cost: 0, clicks: 0 };
  for (let window = 0; window < 200; window++) {
    const own = { cost: 0, clicks: 0 };
    for (let impression = 0; impression < 400; impression++) {
      own.cost += 3_000 * bidMultiplier(state);
      if (draw() < 0.03) own.clicks++;
    }
    state = nextBidController(by, state, { numerator: own.cost, denominator: own.clicks });
    if (window < 100) continue;
    total.cost += own.cost;
    total.clicks += own.clicks;
  }
  expect(Math.abs(total.cost / total.clicks / by.target - 1)).toBeLessThan(0.1);
});

test("settings and measurements out of range are refused with their code", () => {
  const refused = (by: Partial<BidControllerSettings>, each: Partial<RatioMeasurement> = {}) =>
    expect(() =>
      nextBidController({ ...LOOP, ...by }, BID_CONTROLLER_START, { numerator: 1, denominator: 1, ...each }),
    ).toThrow("TENON1852");
  refused({ target: 0 });
  refused({ priorEvents: 0 });
  refused({ logMultiplierMin: 0.1 });
  refused({ logMultiplierMax: Number.POSITIVE_INFINITY });
  refused({ integralGain: -1 });
  refused({}, { numerator: Number.NaN });
  refused({}, { denominator: -1 });
});
