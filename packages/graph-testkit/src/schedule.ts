/**
 * Completion orders, chosen by the test. Outside answers are held back; whenever the run can do nothing more, one of
 * the held answers is let through. Every choice sequence is one legal order of completion, and there are no others:
 * what runs between two answers is decided by the run alone.
 */
import { settle } from "./promise-by-hand.ts";

/** Picks which of `count` held answers comes next: a number in [0, count). */
export type Chooser = (count: number) => number;

interface Held {
  readonly release: () => void;
}

export class Schedule {
  readonly #choose: Chooser;
  readonly #held: Held[] = [];
  /** The choices made, to repeat a schedule: pass them to {@link chosen}. */
  readonly choices: number[] = [];
  /** How many answers each choice could pick from. */
  readonly widths: number[] = [];

  constructor(choose: Chooser) {
    this.#choose = choose;
  }

  /** Holds an answer back until the schedule lets it through. Fits `ReplayOptions.deliver`. */
  readonly hold = <Value>(answer: () => Value): Promise<Awaited<Value>> =>
    new Promise((resolve, reject) => {
      this.#held.push({
        release: () => {
          try {
            resolve(answer() as Awaited<Value>);
          } catch (error) {
            reject(error);
          }
        },
      });
    });

  /** Runs until the promise has settled, letting answers through one by one. Fails when nothing is left to let through. */
  async drive<Value>(result: Promise<Value>): Promise<Value> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    result.then(done, done);
    for (;;) {
      await settle();
      if (settled) return result;
      if (this.#held.length === 0) throw new Error("the run waits for something the schedule does not hold");
      const at = Math.min(this.#held.length - 1, Math.max(0, this.#choose(this.#held.length)));
      this.choices.push(at);
      this.widths.push(this.#held.length);
      this.#held.splice(at, 1)[0]?.release();
    }
  }
}

/** A seeded chooser (mulberry32, T. Ettinger): sampled schedules that can be repeated from the seed. */
export function shuffled(seed: number): Chooser {
  let state = seed >>> 0;
  return (count) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * count);
  };
}

/** Repeats recorded choices; beyond them the first held answer comes next. */
export function chosen(choices: readonly number[]): Chooser {
  let at = 0;
  return () => choices[at++] ?? 0;
}

/**
 * Runs every schedule there is, depth first, up to `schedulesMax`.
 *
 * @returns how many schedules ran, and whether these were all of them
 */
export async function everySchedule(
  run: (schedule: Schedule) => Promise<void>,
  schedulesMax = 10_000,
): Promise<{ readonly schedules: number; readonly exhaustive: boolean }> {
  let next: number[] | undefined = [];
  let schedules = 0;
  while (next !== undefined && schedules < schedulesMax) {
    const schedule: Schedule = new Schedule(chosen(next));
    await run(schedule);
    schedules++;
    next = following(schedule.choices, schedule.widths);
  }
  return { schedules, exhaustive: next === undefined };
}

/** The next choice sequence in depth-first order, or `undefined` after the last. */
function following(choices: readonly number[], widths: readonly number[]): number[] | undefined {
  for (let at = choices.length - 1; at >= 0; at--) {
    const choice = choices[at] as number;
    if (choice + 1 < (widths[at] as number)) return [...choices.slice(0, at), choice + 1];
  }
  return undefined;
}
