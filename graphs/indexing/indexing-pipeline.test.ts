/** The whole pipeline, from rows and signals to the index: what is served in the end is what the sources say, whatever went wrong. */
import { ServingControl } from "@tenon/nodes";
import { expect, test } from "vitest";
import { expectedDocuments, withoutVersion } from "../testing/expected-documents.ts";
import { IndexingWorld, landingPageAt, type WorldOptions } from "../testing/indexing-world.ts";
import { forgetfulHandlers, gatewayWithoutShortCut, updaterByArrival } from "../testing/planted-bugs.ts";
import { RandomMarket } from "../testing/random-market.ts";

const FAULTS = { appendDelayMsMax: 40, appendFailure: 0.03, gap: 0.01, shortPull: 0.2 };
const STEPS = 60;

/** A random day: things happen, with time between them, and processes die. */
async function day(options: WorldOptions & { readonly kills?: number }) {
  const { kills = 0 } = options;
  const world = await IndexingWorld.start(options);
  const market = new RandomMarket(world);
  market.fill();
  for (let step = 0; step < STEPS; step++) {
    await world.clock.runFor(world.random.upTo(120));
    market.step();
    if (kills > 0 && step % Math.ceil(STEPS / kills) === 0) await world.kill();
  }
  world.endFaults();
  await world.settle();
  const served = [...(await world.index())].map(([adId, document]) => [adId, withoutVersion(document)] as const);
  await world.stop();
  return {
    world,
    served: new Map(served),
    expected: expectedDocuments({ ads: world.ads, signals: market.signals, landing: landingPageAt }),
    controls: newestControls((await world.read(ServingControl)) as readonly Control[]),
    expectedControls: expectedControls(world),
  };
}

interface Control {
  readonly kind: "budget" | "status";
  readonly campaignId: number;
  readonly version: number;
  readonly lifetimeCapMicros?: number;
  readonly status?: string;
}

/** Campaign → what it may spend, and whether it may serve: what an ad server keeps of the short-cut. */
function newestControls(all: readonly Control[]): Readonly<Record<string, unknown>> {
  const byVersion = all.toSorted((one, other) => one.version - other.version);
  return Object.fromEntries(
    byVersion.map(({ kind, campaignId, lifetimeCapMicros, status }) => [
      `${kind} ${campaignId}`,
      kind === "budget" ? lifetimeCapMicros : status,
    ]),
  );
}

function expectedControls({ ads }: IndexingWorld): Readonly<Record<string, unknown>> {
  const campaigns = [1, 2, 3, 4].flatMap((campaignId) => {
    const budget = ads.state("budgets", campaignId).row as { readonly lifetimeCapMicros: number } | null;
    const campaign = ads.state("campaigns", campaignId).row as { readonly status: string } | null;
    return [
      [`budget ${campaignId}`, budget?.lifetimeCapMicros ?? 0],
      [`status ${campaignId}`, campaign?.status ?? "archived"],
    ];
  });
  return Object.fromEntries(campaigns);
}

test.each<[string, WorldOptions & { readonly kills?: number }]>([
  ["a calm day", { seed: 1 }],
  ["a day on a bad network", { seed: 2, faults: FAULTS }],
  ["a day of lost commits", { seed: 3, faults: FAULTS, commitFailure: 0.03 }],
  ["a day of kills", { seed: 4, kills: 5 }],
  ["a day of everything", { seed: 6, faults: FAULTS, commitFailure: 0.03, kills: 5 }],
])("after %s the index and the ad servers have what rows and signals say", { timeout: 120_000 }, async (_, options) => {
  const { world, served, expected, controls, expectedControls: wanted } = await day(options);
  expect(expected.size).toBeGreaterThan(0);
  expect(served).toEqual(expected);
  expect(controls).toEqual(wanted);
  expect(world.halted).toEqual([]);
});

test("versions by arrival instead of by source are noticed", { timeout: 120_000 }, async () => {
  const { served, expected } = await day({ seed: 1, tasks: updaterByArrival() });
  expect(served).not.toEqual(expected);
});

test("a handler that is not woken by what it reads is noticed", { timeout: 120_000 }, async () => {
  const { served, expected } = await day({ seed: 1, handlers: forgetfulHandlers() });
  expect(served).not.toEqual(expected);
});

test("a short-cut that is not taken is noticed, though documents are right", { timeout: 120_000 }, async () => {
  const {
    served,
    expected,
    controls,
    expectedControls: wanted,
  } = await day({
    ...{ seed: 1, tasks: gatewayWithoutShortCut() },
  });
  expect(served).toEqual(expected);
  expect(controls).not.toEqual(wanted);
});
