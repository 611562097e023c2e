/** The whole pipeline, from rows and signals to the index: what is served in the end is what the sources say, whatever went wrong. */
import { expect, test } from "vitest";
import { expectedDocuments, withoutVersion } from "../testing/expected-documents.ts";
import { IndexingWorld, landingPageAt, type WorldOptions } from "../testing/indexing-world.ts";
import { RandomMarket } from "../testing/random-market.ts";

const FAULTS = { appendDelayMsMax: 40, appendFailure: 0.03, gap: 0.01, shortPull: 0.2 };

/** A random day; `steps` things happen, with time between them. */
async function day(options: WorldOptions & { readonly steps: number; readonly kills?: number }) {
  const { steps, kills = 0 } = options;
  const world = await IndexingWorld.start(options);
  const market = new RandomMarket(world);
  market.fill();
  for (let step = 0; step < steps; step++) {
    await world.clock.runFor(world.random.upTo(120));
    market.step();
    if (kills > 0 && step % Math.ceil(steps / kills) === 0) await world.kill();
  }
  world.endFaults();
  await world.settle();
  return { world, market };
}

function outcome({ world, market }: Awaited<ReturnType<typeof day>>) {
  return expectedDocuments({ ads: world.ads, signals: market.signals, landing: landingPageAt });
}

async function served({ world }: Awaited<ReturnType<typeof day>>) {
  return new Map([...(await world.index())].map(([adId, document]) => [adId, withoutVersion(document)]));
}

/** Days of different ways to go wrong; each leaves some ads whole and some not. */
test.each([
  ["a calm day", { seed: 1, steps: 60 }],
  ["a day on a bad network", { seed: 2, steps: 60, faults: FAULTS }],
  ["a day of lost commits", { seed: 3, steps: 60, faults: FAULTS, commitFailure: 0.03 }],
  ["a day of kills", { seed: 4, steps: 60, kills: 5 }],
  ["a day of everything", { seed: 5, steps: 60, faults: FAULTS, commitFailure: 0.03, kills: 5 }],
])("after %s the index is what rows and signals say", { timeout: 120_000 }, async (_, options) => {
  const after = await day(options);
  const expected = outcome(after);
  console.log(expected.size);
  expect(await served(after)).toEqual(expected);
  expect(after.world.halted).toEqual([]);
  await after.world.stop();
});
