/** One simulation per seed, its size and its faults drawn from the seed: for runs over many seeds. */
import { isDeepStrictEqual } from "node:util";
import { SeededRandom } from "@tenon/event-log/simulation";
import { exactlyOnce } from "../exactly-once.ts";
import { type Simulated, type SimulateOptions, simulate } from "../simulate.ts";

export interface SeedResult {
  readonly seed: number;
  readonly events: number;
  readonly kills: number;
  readonly fenced: number;
  readonly caughtUpAfterMs: number;
  /** What differs from the oracle. */
  readonly problem: string | undefined;
}

/** After the last fault, on the virtual clock: sessions run out, back-offs end, everything waiting is worked off. */
const CAUGHT_UP_MS_MAX = 30_000;

export function optionsOf(seed: number): SimulateOptions {
  const random = new SeededRandom(seed ^ 0x0ff5e7);
  const share = (most: number) => (random.upTo(1_000) / 1_000) * most;
  return {
    seed,
    events: 100 + random.upTo(500),
    processes: 1 + random.upTo(4),
    kill: share(0.05),
    commitFailure: share(0.1),
    poison: random.upTo(6),
    faults: {
      appendDelayMsMax: random.upTo(80),
      appendFailure: share(0.15),
      gap: share(0.2),
      shortPull: share(0.5),
      lossEveryMs: 100 + random.upTo(900),
      loss: share(0.6),
      lossNoticeMsMax: random.upTo(800),
    },
  };
}

export async function runSeed(seed: number): Promise<SeedResult> {
  const options = optionsOf(seed);
  try {
    const simulated = await simulate(options);
    const { input, kills, fenced, caughtUpAfterMs } = simulated;
    return { seed, events: input.length, kills, fenced, caughtUpAfterMs, problem: await problemOf(simulated) };
  } catch (error) {
    return { seed, events: options.events, kills: 0, fenced: 0, caughtUpAfterMs: 0, problem: String(error) };
  }
}

async function problemOf(simulated: Simulated): Promise<string | undefined> {
  if (simulated.caughtUpAfterMs > CAUGHT_UP_MS_MAX) return `caught up after ${simulated.caughtUpAfterMs} ms only`;
  const [found, expected] = (await exactlyOnce(simulated)) as readonly Record<string, unknown>[];
  const differing = Object.keys(expected ?? {}).filter((name) => !isDeepStrictEqual(found?.[name], expected?.[name]));
  if (differing.length === 0) return undefined;
  return differing
    .map((name) => `${name}: found ${excerpt(found?.[name])}, expected ${excerpt(expected?.[name])}`)
    .join("; ");
}

const EXCERPT_CHARACTERS = 300;

function excerpt(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, EXCERPT_CHARACTERS);
}
