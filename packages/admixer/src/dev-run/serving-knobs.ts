/** The numbers of an ad that people turn first. */
import { type AnyExecutor, adValue, type Knob, type ObservedRun } from "@tenon/dev-run";

export const KNOBS = ["bid", "score"] as const;
export type KnobName = (typeof KNOBS)[number];

/** A thousand of the currency, per click or per thousand impressions: above any bid. */
const BID_MICROS_MAX = 1_000_000_000;
/** Smallest change of a click probability that is looked for. */
const PROBABILITY_STEP = 1e-6;

/** @throws GraphError TENON2005 where the ad has no such number in this run */
export function servingKnob(executor: AnyExecutor, run: ObservedRun, adId: number, name: KnobName): Knob {
  if (name === "score") return { slot: "clickProbability", step: PROBABILITY_STEP, min: 0, max: 1 };
  const pays = adValue(executor, run, adId, { slot: "retrievedAds", column: "bidPays" });
  const column = pays === "perClick" ? "bidMicros" : "cpmMicros";
  return { slot: "retrievedAds", column, step: 1, min: 0, max: BID_MICROS_MAX };
}
