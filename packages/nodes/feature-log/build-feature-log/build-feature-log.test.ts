import { F64Column, type FeatureSchema, FeatureSnapshot, IdColumn, ModelScores } from "@tenon/graph-core";
import { runPure } from "@tenon/graph-testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LIGHT_FEATURES, RANK_FEATURES } from "../../ranking/features.ts";
import { adsOf } from "../../testing/ads.ts";
import { snapshotOfFlags } from "../../testing/linear-model.ts";
import { buildFeatureLog } from "./build-feature-log.ts";

const FLAGS = [0, 1, 0];
const uses = { calibrators: { version: "calibrators@1" }, auctionPolicy: { version: "auction@1" } };

const scoresOf = (snapshot: FeatureSnapshot, margins: readonly number[] = [-4, -3, -2]) =>
  ModelScores.of(snapshot, { modelVersion: "model@1", margins: F64Column.from(margins) });

/** Three ranked ads, of which the last is shown behind one organic item. */
function inputs(changes: Readonly<Record<string, unknown>> = {}) {
  const pacedAds = adsOf([{ id: 1 }, { id: 2 }, { id: 3 }]);
  const trimmedAds = pacedAds.select([0, 1, 2]);
  const auctionWinners = trimmedAds.select([1, 2]);
  const servableWinners = auctionWinners.select([0, 1]);
  const lightFeatures = snapshotOfFlags(LIGHT_FEATURES, FLAGS);
  const rankFeatures = snapshotOfFlags(RANK_FEATURES, FLAGS);
  return {
    normalRequest: {
      requestId: "r1",
      surface: "homeFeed",
      country: "US",
      region: null,
      device: "phone",
      language: "en",
      adSlotsWanted: 1,
      hourOfDayUtc: 0,
      dayOfWeekUtc: 0,
      hourOfDayLocal: null,
    },
    measuredUser: { allowed: true, pseudonym: "pseudonym-1" },
    arms: { assignments: { auctionMechanism: "vcg" }, parameters: { lambdaMicros: 5 } },
    indexVersion: { text: "base+1", embeddingVersion: "v1" },
    pacedAds,
    lightFeatures,
    lightScores: scoresOf(lightFeatures),
    trimmedAds,
    rankFeatures,
    clickMargins: scoresOf(rankFeatures),
    clickProbability: F64Column.from([0.01, 0.02, 0.03]),
    auctionScore: { ecpmMicros: F64Column.from([1, 2, 3]), bidEcpmMicros: F64Column.from([1, 2, 3]) },
    auctionWinners,
    chargedPrice: { chargedPriceMicros: F64Column.from([20, 30]), priceSetterAdId: IdColumn.from([0, 0]) },
    servableWinners,
    placements: {
      positions: [
        { kind: "organic", organicId: "o1" },
        { kind: "ad", row: 1 },
      ],
      unplaced: [],
    },
    placedAds: servableWinners.select([1]),
    ...changes,
  };
}

const record = async (changes: Readonly<Record<string, unknown>> = {}) =>
  (await runPure(buildFeatureLog, inputs(changes), { uses, nowMs: 1_700_000_000_000 }))["featureLogRecord"];

test("the record holds the snapshots themselves, their scores, whose rows they are, and what a replay needs", async () => {
  const given = inputs();
  const { featureLogRecord } = await runPure(buildFeatureLog, given, { uses, nowMs: 1_700_000_000_000 });
  const { light, rank, ...rest } = featureLogRecord;
  expect(light.features).toBe(given.lightFeatures);
  expect(rank.features).toBe(given.rankFeatures);
  expect(rank.scores).toBe(given.clickMargins);
  expect(rank.scores.snapshotDigest).toBe(rank.features.digest);
  expect(rank.schemaFingerprint).toBe(RANK_FEATURES.fingerprint);
  expect(rank.adIds).toBe(given.trimmedAds.ids);
  expect(rest).toMatchObject({
    requestId: "r1",
    atMs: 1_700_000_000_000,
    userPseudonym: "pseudonym-1",
    arms: given.arms,
    indexVersion: "base+1",
    calibratorsVersion: "calibrators@1",
    auctionPolicyVersion: "auction@1",
    shown: [{ adId: 3, position: 1, chargedPriceMicros: 30, chargedPer: "click" }],
  });
});

test("without consent to measurement no key of the user is logged, even where one was given", async () => {
  expect((await record({ measuredUser: { allowed: false, pseudonym: null } })).userPseudonym).toBeNull();
  expect((await record({ measuredUser: { allowed: false, pseudonym: "pseudonym-1" } })).userPseudonym).toBeNull();
});

/** The snapshot with one bit of one byte turned, or `undefined` where the bytes are then no snapshot. */
function tampered(schema: FeatureSchema, snapshot: FeatureSnapshot, bit: number): FeatureSnapshot | undefined {
  const bytes = snapshot.toBytes();
  const at = bit % (bytes.length * 8);
  bytes[at >> 3] = (bytes[at >> 3] as number) ^ (1 << (at & 7));
  try {
    return FeatureSnapshot.fromBytes(schema, bytes);
  } catch {
    return undefined;
  }
}

test("one tampered bit between scoring and logging, in either snapshot, and nothing is logged", async () => {
  const { lightFeatures, rankFeatures } = inputs();
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.boolean(), async (bit, light) => {
      const changed = light ? tampered(LIGHT_FEATURES, lightFeatures, bit) : tampered(RANK_FEATURES, rankFeatures, bit);
      fc.pre(changed !== undefined);
      const changes = light
        ? { lightFeatures: changed, lightScores: scoresOf(lightFeatures) }
        : { rankFeatures: changed, clickMargins: scoresOf(rankFeatures) };
      await expect(record(changes)).rejects.toThrow("nothing is logged that was not scored");
      refused++;
    }),
    { numRuns: 60 },
  );
  expect(refused).toBe(60);
});

test("scores of an equal snapshot of other features, or of fewer rows, are refused", async () => {
  await expect(record({ clickMargins: scoresOf(snapshotOfFlags(LIGHT_FEATURES, FLAGS)) })).rejects.toThrow(
    "nothing is logged",
  );
  await expect(record({ clickMargins: scoresOf(snapshotOfFlags(RANK_FEATURES, [0, 1]), [-4, -3]) })).rejects.toThrow(
    "nothing is logged",
  );
});

test("an ad that has a place but was dropped fails the request: it would be shown and counted as not shown", async () => {
  const given = inputs();
  await expect(record({ ...given, placedAds: given.servableWinners.select([]) })).rejects.toThrow("was dropped");
});
