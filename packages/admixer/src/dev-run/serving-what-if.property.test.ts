/** On the ad-request graph: running again what lies behind the edits gives, to the byte, what running all of it gives. */
import {
  type Edit,
  nodeDigest,
  type ObservedRun,
  openWhatIf,
  type RecordedEntry,
  rerunEdited,
  runEdited,
} from "@tenon/dev-run";
import type { CandidateBatch } from "@tenon/graph-core";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { standInModels } from "../../test/stand-in-models.ts";
import { recordMarketplace } from "./record-marketplace.ts";
import { composeRows } from "./row-reads.ts";
import { replayExecutor } from "./serving-executor.ts";

const REQUESTS = 40;
const TIMEOUT_MS = 240_000;
const models = standInModels();
const marketplace = recordMarketplace({ seed: 9, adsMax: 600, usersCount: 30, requests: REQUESTS, models });
const executor = replayExecutor(marketplace.header, { models });
const entries: RecordedEntry[] = [];
const manner = { compose: composeRows };

beforeAll(async () => {
  for await (const { entry } of marketplace.runs()) entries.push(entry);
}, TIMEOUT_MS);

/** Places where an ad has a number, from early to late, and what may stand there. */
const PLACES = [
  { slot: "retrievedAds", column: "bidMicros", value: fc.integer({ min: 0, max: 50_000_000 }), of: "retrievedAds" },
  { slot: "retrievedAds", column: "floorMicros", value: fc.integer({ min: 0, max: 50_000_000 }), of: "retrievedAds" },
  {
    slot: "retrievedAds",
    column: "qualityScore",
    value: fc.double({ min: 0, max: 1, noNaN: true }),
    of: "retrievedAds",
  },
  { slot: "lightScores", value: fc.double({ min: -9, max: 3, noNaN: true }), of: "pacedAds" },
  { slot: "clickProbability", value: fc.double({ min: 0, max: 1, noNaN: true }), of: "trimmedAds" },
  { slot: "auctionScore", column: "ecpmMicros", value: fc.integer({ min: 0, max: 90_000_000 }), of: "trimmedAds" },
] as const;

const drawn = fc.record({
  request: fc.nat(REQUESTS - 1),
  edits: fc.uniqueArray(
    fc.oneof(
      ...PLACES.map((place) => fc.record({ place: fc.constant(place), ad: fc.nat(), value: place.value })),
      fc.record({
        place: fc.constant("adSlotsWanted" as const),
        ad: fc.constant(0),
        value: fc.integer({ min: 1, max: 8 }),
      }),
    ),
    {
      minLength: 1,
      maxLength: 3,
      selector: ({ place }) =>
        typeof place === "string" ? place : `${place.slot}.${"column" in place ? place.column : ""}`,
    },
  ),
});

function editsOf(
  before: ObservedRun,
  edits: readonly { place: unknown; ad: number; value: number }[],
): readonly Edit[] {
  return edits.flatMap(({ place, ad, value }): Edit[] => {
    if (typeof place === "string") return [{ kind: "field", slot: "normalRequest", path: place, value }];
    const { slot, of, column } = place as { slot: string; of: string; column?: string };
    const ids = (before.values.get(of)?.value as CandidateBatch | undefined)?.ids;
    if (ids === undefined || ids.length === 0) return [];
    return [{ kind: "ad", slot, adId: ids.at(ad % ids.length), value, ...(column !== undefined && { column }) }];
  });
}

const seen = (run: ObservedRun) => ({
  response: run.response && Buffer.from(run.response).toString("base64"),
  failure: run.failure?.code,
  nodes: executor.plan.nodes.map(({ index }) => nodeDigest(executor, run, index)),
  conserved: run.ledger.conserved().ok,
});

test("what-if gives what a full run with the same edits gives", { timeout: TIMEOUT_MS }, async () => {
  let spared = 0;
  let changed = 0;
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(drawn, async ({ request, edits: wanted }) => {
      const { recording } = entries[request] as RecordedEntry;
      const { before } = await openWhatIf(executor, recording, manner);
      const edits = editsOf(before, wanted);
      const settled = <Value>(run: Promise<Value>) =>
        run.then(
          (value) => ({ value, code: "" }),
          ({ code }) => ({ value: undefined, code }),
        );
      const full = await settled(runEdited(executor, recording, edits, manner));
      const behind = await settled(rerunEdited(executor, recording, before, edits, manner));
      // An ad that another edit dropped cannot be edited: both refuse.
      expect(behind.code).toBe(full.code);
      if (full.value === undefined || behind.value === undefined) return;
      expect(seen(behind.value.run)).toEqual(seen(full.value));
      compared++;
      if (behind.value.rerun.length < executor.plan.nodes.length) spared++;
      if (Buffer.compare(full.value.response ?? Buffer.of(), before.response ?? Buffer.of()) !== 0) changed++;
    }),
    { numRuns: 120 },
  );
  expect(compared).toBeGreaterThan(90);
  expect(spared).toBe(compared);
  expect(changed).toBeGreaterThan(compared / 3);
});
