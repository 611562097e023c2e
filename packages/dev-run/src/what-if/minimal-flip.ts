/** The smallest change of one number that turns an ad's verdict, found by search and proven by a run on either side. */
import type { Recording } from "@tenon/graph-core";
import type { AnyExecutor } from "../replay/graph-facts.ts";
import type { ReplayManner } from "../replay/run-recorded.ts";
import { adValue } from "./ad-value.ts";
import type { AdVerdict } from "./ad-verdict.ts";
import type { AdEdit } from "./edit.ts";
import { openWhatIf, type WhatIf } from "./what-if.ts";

/** What is turned: one ad's number in a slot, and in which steps. */
export interface Knob extends Pick<AdEdit, "slot" | "column"> {
  /** Smallest change that matters: 1 for whole numbers. */
  readonly step: number;
  readonly min: number;
  readonly max: number;
}

export type Flip =
  | {
      readonly found: true;
      readonly adId: number;
      readonly value: number;
      /** The nearest value that turns the verdict… */
      readonly flippedAt: number;
      /** …and the one a step before it, which does not. */
      readonly keptAt: number;
      readonly before: AdVerdict;
      readonly after: AdVerdict;
      readonly runs: number;
    }
  | {
      readonly found: false;
      readonly adId: number;
      readonly value: number;
      readonly before: AdVerdict;
      /** Verdict at the end of the range that was searched. */
      readonly atBound: AdVerdict;
      readonly bound: number;
      readonly runs: number;
    };

/** Runs of one search. Doubling steps over any range of doubles and halving them back need fewer. */
const RUNS_MAX = 160;

/**
 * Raises the number of an ad that is not shown, lowers that of one that is, in growing steps until the verdict turns, then
 * halves what lies between. Where the verdict is not monotone in between, it is a turn, and not for certain the first one.
 *
 * @throws GraphError TENON2005 for an ad without this number in this run; TENON2007 for a run that fails without an edit
 */
export async function minimalFlip(
  executor: AnyExecutor,
  recording: Recording,
  { adId, knob, ...options }: { readonly adId: number; readonly knob: Knob } & ReplayManner,
): Promise<Flip> {
  const session = await openWhatIf(executor, recording, options);
  const value = Number(adValue(executor, session.before, adId, knob));
  return new FlipSearch(session, { adId, knob, value }).run();
}

class FlipSearch {
  readonly #session: WhatIf;
  readonly #adId: number;
  readonly #knob: Knob;
  readonly #value: number;
  readonly #before: AdVerdict;
  #runs = 1;

  constructor(
    session: WhatIf,
    { adId, knob, value }: { readonly adId: number; readonly knob: Knob; readonly value: number },
  ) {
    this.#session = session;
    this.#adId = adId;
    this.#knob = knob;
    this.#value = value;
    this.#before = session.verdict(session.before, adId);
  }

  async run(): Promise<Flip> {
    const { step, min, max } = this.#knob;
    const shown = this.#before.fate === "kept";
    const sign = shown ? -1 : 1;
    const stepsMax = Math.floor(Math.abs((shown ? min : max) - this.#value) / step);
    const at = (steps: number): number => this.#value + sign * steps * step;
    let kept = 0;
    let flipped: number | undefined;
    let verdict = this.#before;
    for (
      let steps = Math.min(1, stepsMax);
      steps > kept && this.#runs < RUNS_MAX;
      steps = Math.min(steps * 2, stepsMax)
    ) {
      verdict = await this.#verdictAt(at(steps));
      if (this.#turned(verdict)) {
        flipped = steps;
        break;
      }
      kept = steps;
    }
    const facts = { adId: this.#adId, value: this.#value, before: this.#before };
    if (flipped === undefined) return { found: false, ...facts, atBound: verdict, bound: at(kept), runs: this.#runs };
    let after = verdict;
    while (flipped - kept > 1 && this.#runs < RUNS_MAX) {
      const middle = Math.floor((kept + flipped) / 2);
      verdict = await this.#verdictAt(at(middle));
      if (this.#turned(verdict)) [flipped, after] = [middle, verdict];
      else kept = middle;
    }
    return { found: true, ...facts, flippedAt: at(flipped), keptAt: at(kept), after, runs: this.#runs };
  }

  #turned({ fate }: AdVerdict): boolean {
    return (fate === "kept") !== (this.#before.fate === "kept");
  }

  async #verdictAt(value: number): Promise<AdVerdict> {
    this.#runs++;
    // A host may search for somebody at a desk: what else it has to do goes first.
    await new Promise((resolve) => setImmediate(resolve));
    const { slot, column } = this.#knob;
    const edit = { kind: "ad" as const, slot, ...(column !== undefined && { column }), adId: this.#adId, value };
    return this.#session.verdictWith([edit], this.#adId);
  }
}
