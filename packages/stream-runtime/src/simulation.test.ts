import { expect, test } from "vitest";
import { exactlyOnce } from "../test/exactly-once.ts";
import { type Simulated, simulate } from "../test/simulate.ts";

async function expectExactlyOnce(simulated: Simulated): Promise<void> {
  const [found, expected] = await exactlyOnce(simulated);
  expect(found).toEqual(expected);
}

test("without faults every event counts once", async () => {
  const simulated = await simulate({ seed: 1, events: 300, processes: 2, kill: 0, commitFailure: 0, faults: {} });
  expect(simulated.input).toHaveLength(300);
  await expectExactlyOnce(simulated);
});

const FAULTS = {
  appendDelayMsMax: 40,
  appendFailure: 0.05,
  gap: 0.05,
  shortPull: 0.2,
  lossEveryMs: 400,
  loss: 0.3,
  lossNoticeMsMax: 300,
};
const faulty = (seed: number) => ({
  ...{ seed, events: 200, processes: 1 + (seed % 3), kill: 0.02, commitFailure: 0.03, poison: 3, faults: FAULTS },
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])("kills, losses, failing commits and appends, poison: seed %i", async (seed) => {
  const simulated = await simulate(faulty(seed));
  await expectExactlyOnce(simulated);
  expect(simulated.kills).toBeGreaterThan(0);
});

/** Breaking a rule is noticed by at least one of these seeds; the unbroken runtime passes all of them. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

async function isNoticed(run: (seed: number) => Promise<Simulated>): Promise<boolean> {
  for (const seed of SEEDS) {
    try {
      await expectExactlyOnce(await run(seed));
    } catch {
      return true;
    }
  }
  return false;
}

test("a store that commits the offset before what it stands for is noticed", async () => {
  expect(await isNoticed((seed) => simulate({ ...faulty(seed), commitFailure: 0.1, mutant: "offsetFirst" }))).toBe(
    true,
  );
});

test.each(["relayAfterCommit", "removeAfterAppend", "takeOnce"] as const)(
  "a worker that breaks a rule is noticed: %s",
  async (breaks) => {
    expect(await isNoticed((seed) => simulate({ ...faulty(seed), breaks }))).toBe(true);
  },
);
