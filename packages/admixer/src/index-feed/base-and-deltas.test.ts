/** A base and the deltas after it are what a rebuild of everything would be; nothing is lost at the seam, and repeats are harmless. */
import { buildBase, openIndex } from "@tenon/ad-index";
import type { AdDocument } from "@tenon/ads-model";
import { EMBEDDING_DIMENSIONS } from "@tenon/marketplace";
import { IndexDeltas } from "@tenon/nodes";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { answersOf } from "../../test/index-answers.ts";
import {
  ADS_AT_FIRST,
  fold,
  PipelineWorld,
  removal,
  revised,
  SPACE,
  START_MS,
  upsert,
  vectorOf,
} from "../../test/pipeline-world.ts";

const [A, B, C, D, E] = ADS_AT_FIRST as [AdDocument, AdDocument, AdDocument, AdDocument, AdDocument];

let worlds: PipelineWorld[] = [];
async function newWorld(...given: Parameters<typeof PipelineWorld.begin>): Promise<PipelineWorld> {
  const world = await PipelineWorld.begin(...given);
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const world of worlds) await world.end();
  worlds = [];
});

/** An index built from nothing but the documents. */
function rebuilt(ads: readonly AdDocument[]) {
  const rows = Float32Array.from(ads.flatMap(vectorOf));
  const documents = ads.map((ad, row) => ({ ...ad, embedding: { ...ad.embedding, row } }));
  return openIndex(buildBase(documents, { embeddings: { version: SPACE, dimensions: EMBEDDING_DIMENSIONS, rows } }));
}

/** Rows of vectors differ between the two; what they hold does not. */
async function expectEqualToRebuild(index: Parameters<typeof answersOf>[0], ads: readonly AdDocument[]): Promise<void> {
  const atMs = START_MS + 86_400_000;
  const withoutRows = (_: string, value: unknown) =>
    typeof value === "object" && value !== null && "row" in value ? { ...value, row: 0 } : value;
  const [found, wanted] = [await answersOf(index, atMs), await answersOf(rebuilt(ads), atMs)];
  expect(JSON.parse(JSON.stringify(found, withoutRows))).toEqual(JSON.parse(JSON.stringify(wanted, withoutRows)));
}

test("the first delta on a base is the one at its watermark: none is lost, and none before it is read", async () => {
  const world = await newWorld();
  const held = [upsert(revised(A, 2)), upsert(revised(B, 2))];
  await world.deltas(...held);
  // The builder: the end of the partition first, the snapshot afterwards.
  const watermark = 2;
  await world.publish("b1", fold([A, B, C], held), watermark);
  const after = [upsert(revised(C, 2)), removal(A, 3), upsert(D)];
  expect(await world.deltas(...after)).toBe(watermark);

  const feed = await world.started();
  await world.caughtUp(feed);
  await expectEqualToRebuild(feed.index, fold([A, B, C], [...held, ...after]));
  expect(feed.deltas.totals).toEqual({ applied: after.length, stale: 0, rejected: 0 });
  expect(feed.index.status()).toMatchObject({ position: 5, changedAds: 3, base: { watermark } });
});

test("a newer base takes over in the middle of the deltas: those from its watermark on are kept, one by one", async () => {
  const world = await newWorld();
  await world.publish("b1", [A, B, C, D, E], 0);
  const feed = await world.started();
  const deltas = [A, B, C, D, E].map((ad) => upsert(revised(ad, 2, { title: `new ${ad.adId}` })));
  for (const delta of deltas) {
    // Each a batch of its own, so that each has a position of its own.
    await world.deltas(delta);
    await world.caughtUp(feed);
  }
  expect(feed.index.status().changedAds).toBe(deltas.length);
  const watermark = 2;
  await world.publish("b2", fold([A, B, C, D, E], deltas.slice(0, watermark)), watermark);
  await world.until(feed.bases.look());
  expect(feed.bases.served).toMatchObject({ name: "b2", by: "swap" });
  await expectEqualToRebuild(feed.index, fold([A, B, C, D, E], deltas));
  // One more would be a delta that the base holds: it does no harm, and is not the rule.
  expect(feed.index.status()).toMatchObject({ position: deltas.length, changedAds: deltas.length - watermark });
});

test("where deltas before the base are gone from the log, it is said, and the next base heals it", async () => {
  const world = await newWorld();
  await world.publish("b1", [A, B], 1);
  await world.deltas(upsert(revised(A, 2)), upsert(revised(A, 3)), upsert(revised(B, 4)));
  await world.writer.trim({ topic: IndexDeltas.name, partition: 0 }, 2);
  const feed = world.feed();
  const started = feed.start();
  await world.pass(() => feed.deltas.follower.problem !== undefined);
  expect(feed.status().deltas.problem).toMatch(/TENON1555/);
  // Serving goes on with what there is; after a bounded wait the host is ready.
  await world.until(started);
  expect(feed.status()).toMatchObject({ state: "behind", base: { name: "b1" } });
  await world.publish("b2", [revised(A, 3), B], 2);
  await world.until(feed.bases.look());
  await world.caughtUp(feed);
  expect(feed.status()).toMatchObject({ state: "live", deltas: { problem: null } });
  await expectEqualToRebuild(feed.index, [revised(A, 3), revised(B, 4)]);
});

test("without a base a host waits, and says so; or starts empty from the beginning of the log", async () => {
  const world = await newWorld();
  await world.deltas(upsert(A), upsert(B));
  const waiting = await world.started();
  expect(waiting.servable).toBe(false);
  expect(waiting.status()).toMatchObject({
    state: "waitingForBase",
    base: null,
    index: { version: { documentCount: 0 } },
  });
  const eager = await world.started({ withoutBase: "empty" });
  expect(eager.servable).toBe(true);
  await expectEqualToRebuild(eager.index, [A, B]);

  await world.publish("b1", [A, B, C], 2);
  // Both find it by themselves, within two looks.
  await world.pass(() => waiting.servable && eager.bases.served !== undefined);
  await world.caughtUp(waiting);
  for (const feed of [waiting, eager]) await expectEqualToRebuild(feed.index, [A, B, C]);
});

const changes = fc.array(
  fc.record({
    ad: fc.nat({ max: 7 }),
    version: fc.integer({ min: 1, max: 6 }),
    deletes: fc.boolean(),
    repeats: fc.integer({ min: 1, max: 2 }),
  }),
  { minLength: 1, maxLength: 24 },
);

test("any base and any deltas after it, late and repeated, on a log that fails and crashes, answer like a rebuild", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(changes, fc.nat({ max: 24 }), fc.nat(), async (steps, cut, seed) => {
      const world = await newWorld({ appendFailure: 0.2, appendDelayMsMax: 20, gap: 0.2, shortPull: 0.3 }, seed);
      const seen = new Map<string, ReturnType<typeof upsert>>();
      const deltas = steps.flatMap(({ ad, version, deletes, repeats }) => {
        const document = ADS_AT_FIRST[ad] as AdDocument;
        // One version of one ad is one change, however often it comes.
        const key = `${ad} ${version}`;
        const delta = seen.get(key) ?? (deletes ? removal(document, version) : upsert(revised(document, version)));
        seen.set(key, delta);
        return Array.from({ length: repeats }, () => delta);
      });
      const appendAll = async (values: readonly ReturnType<typeof upsert>[]) => {
        for (const value of values) {
          for (let tries = 0; tries < 50; tries++) {
            const appended = await world.until(
              world.deltas(value).then(
                () => true,
                () => false,
              ),
            );
            if (appended) break;
          }
          if (seed % 3 === 0) world.cluster.crash();
        }
      };
      await appendAll(deltas.slice(0, cut));
      world.cluster.endFaults();
      const [offsets] = await world.writer.offsets(IndexDeltas.name);
      await world.publish("b1", fold(ADS_AT_FIRST.slice(0, 4), deltas.slice(0, cut)), offsets?.end ?? 0);
      const feed = await world.started();
      await appendAll(deltas.slice(cut));
      await world.caughtUp(feed);
      // A deletion that is part of the base leaves no trace there: later arrivals of older versions are not among these deltas.
      const wanted = fold(fold(ADS_AT_FIRST.slice(0, 4), deltas.slice(0, cut)), deltas.slice(cut));
      await expectEqualToRebuild(feed.index, wanted);
    }),
    { numRuns: 15 },
  );
});
