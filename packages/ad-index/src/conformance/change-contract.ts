import { adId } from "@tenon/ads-model";
import { IdColumn } from "@tenon/graph-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AdIndexHost } from "../host.ts";
import type { MakeIndex } from "./ad-index-contract.ts";
import { filters, sampleMarketplaces, vectors } from "./arbitraries.ts";
import { answersOf, batches, changesOf, Model } from "./model.ts";
import {
  ADS_MAX,
  blockLists,
  EVERYBODY,
  idsOf,
  indexOf,
  PROPERTY,
  plainAd,
  revised,
  searchVectors,
} from "./support.ts";

export function changeContract(makeIndex: MakeIndex): void {
  test("base plus changes answers like a full build of the newest versions, before and after compaction", async () => {
    await fc.assert(
      fc.asyncProperty(
        sampleMarketplaces(ADS_MAX),
        batches,
        filters,
        vectors,
        blockLists,
        async (base, changes, filter, query, blocked) => {
          const index = await indexOf(makeIndex, base);
          const model = new Model(base);
          for (const [place, batch] of changes.entries()) {
            if (place === 1) index.blockCampaigns({ version: 1, blocked });
            index.apply(changesOf(batch));
            model.apply(batch);
          }
          index.blockCampaigns({ version: 2, blocked });
          const rebuilt = await indexOf(makeIndex, model.ads);
          rebuilt.blockCampaigns({ version: 2, blocked });
          const wanted = await answersOf(rebuilt.current(), model.ads, filter, query);
          expect(await answersOf(index.current(), model.ads, filter, query)).toEqual(wanted);
          await index.compact("compacted");
          expect(await answersOf(index.current(), model.ads, filter, query)).toEqual(wanted);
          expect(index.current().version).toMatchObject({
            base: "compacted",
            delta: 0,
            documentCount: model.ads.length,
          });
        },
      ),
      PROPERTY,
    );
  });

  test("the order in which ads are indexed changes no answer, not even the name of the build", async () => {
    await fc.assert(
      fc.asyncProperty(sampleMarketplaces(ADS_MAX), filters, vectors, async (ads, filter, query) => {
        const there = (await indexOf(makeIndex, ads)).current();
        const back = (await indexOf(makeIndex, ads.toReversed())).current();
        expect(await answersOf(back, ads, filter, query)).toEqual(await answersOf(there, ads, filter, query));
        expect(back.version).toEqual(there.version);
      }),
      PROPERTY,
    );
  });

  test("a snapshot answers the same after any change; the next one has the change", async () => {
    await fc.assert(
      fc.asyncProperty(
        sampleMarketplaces(ADS_MAX),
        batches,
        filters,
        vectors,
        blockLists,
        async (ads, changes, filter, query, blocked) => {
          const index = await indexOf(makeIndex, ads);
          const before = index.current();
          const wanted = await answersOf(before, ads, filter, query);
          for (const batch of changes) index.apply(changesOf(batch));
          index.blockCampaigns({ version: 1, blocked });
          await index.compact();
          // Another filter first, so that nothing remembered can answer.
          before.matchTargeting({ ...filter, atMs: filter.atMs + 1 });
          expect(await answersOf(before, ads, filter, query)).toEqual(wanted);
        },
      ),
      PROPERTY,
    );
  });

  test("an upsert is found by the next request, a deleted ad no more", async () => {
    const index = await indexOf(makeIndex, [plainAd(1)]);
    const report = index.apply({ upserts: [plainAd(2)] });
    expect(report).toMatchObject({ appliedCount: 1, stale: [], rejected: [], version: { delta: 1, documentCount: 2 } });
    expect(await found(index)).toEqual([2, 1]);
    index.apply({ deletes: [{ adId: adId(1), version: 2 }] });
    expect(await found(index)).toEqual([2]);
    expect(index.current().version).toMatchObject({ delta: 2, documentCount: 1 });
  });

  test("an older or equal version never replaces a newer one, nor brings back a deleted ad", async () => {
    const index = await indexOf(makeIndex, [revised(plainAd(1), 5)]);
    const before = index.current();
    expect(
      index.apply({ upserts: [revised(plainAd(1), 4, [9, 0, 0, 0, 0]), revised(plainAd(1), 5, [9, 0, 0, 0, 0])] })
        .stale,
    ).toEqual([1, 1]);
    expect(index.apply({ deletes: [{ adId: adId(1), version: 5 }] }).stale).toEqual([1]);
    expect(index.current()).toBe(before);
    index.apply({ deletes: [{ adId: adId(1), version: 6 }] });
    expect(index.apply({ upserts: [revised(plainAd(1), 6)] })).toMatchObject({ appliedCount: 0, stale: [1] });
    expect(await found(index)).toEqual([]);
    expect(index.apply({ upserts: [revised(plainAd(1), 7)] }).appliedCount).toBe(1);
    expect(await found(index)).toEqual([1]);
  });

  test("a document that cannot be indexed is rejected with its reason; the others of the batch are applied", async () => {
    const index = await indexOf(makeIndex, [plainAd(1)]);
    const country = { attribute: "country", operator: "in", values: ["DE"] } as never;
    const { rejected, appliedCount } = index.apply({
      upserts: [
        { ...plainAd(2), vector: [1, 2] },
        { ...plainAd(3), vector: [1, 2, 3, 4, Number.POSITIVE_INFINITY] },
        plainAd(4, { targeting: { whenMissing: "weak", conjunctions: [[country, country]] } }),
        { document: { ...plainAd(5).document, embedding: { version: "sample", row: 1 } } },
        plainAd(6),
      ],
    });
    expect(rejected.map(({ adId: id, problem }) => [id, problem.code])).toEqual([
      [2, "TENON1407"],
      [3, "TENON1407"],
      [4, "TENON1408"],
      [5, "TENON1406"],
    ]);
    expect(appliedCount).toBe(1);
    expect(await found(index)).toEqual([6, 1]);
  });

  test("blocked campaigns stop serving at once and come back; an older list is ignored", async () => {
    const index = await indexOf(makeIndex, [plainAd(1)]);
    const { campaignId } = plainAd(1).document;
    const blocked = [{ campaignId, reason: "budget_exhausted" as const }];
    expect(index.blockCampaigns({ version: 3, blocked }).eligibility).toBe(3);
    expect(await found(index)).toEqual([]);
    expect(index.blockCampaigns({ version: 2, blocked: [] }).eligibility).toBe(3);
    expect(await found(index)).toEqual([]);
    // New documents of a blocked campaign are blocked too, however the index arranges them.
    for (let id = 1; id <= 6; id++) index.apply({ upserts: [revised(plainAd(id), 2)] });
    expect(await found(index)).toEqual([]);
    await index.compact();
    expect(await found(index)).toEqual([]);
    index.blockCampaigns({ version: 4, blocked: [] });
    expect(await found(index)).toEqual([6, 5, 4, 3, 2, 1]);
  });

  test("every answer names the version of its snapshot", async () => {
    const index = await indexOf(makeIndex, [plainAd(1)]);
    index.apply({ upserts: [plainAd(2)] });
    const snapshot = index.current();
    const one = IdColumn.from([1]);
    const answers = [
      snapshot.matchTargeting(EVERYBODY),
      await searchVectors(snapshot, EVERYBODY, [1, 0, 0, 0, 0]),
      snapshot.searchKeywords({ words: ["coffee"], filter: EVERYBODY, limit: 1 }),
      snapshot.eligibilityOf({ ids: one, filter: EVERYBODY }),
      snapshot.forwardColumns({ ids: one, columns: ["campaignId"] }),
      await snapshot.forwardRecords(one, new AbortController().signal),
    ];
    for (const { version } of answers)
      expect(version).toEqual({
        base: snapshot.version.base,
        delta: 1,
        serving: "live",
        eligibility: 0,
        embeddingVersion: "sample",
        documentCount: 2,
      });
  });
}

async function found(index: AdIndexHost): Promise<readonly number[]> {
  return idsOf((await searchVectors(index.current(), EVERYBODY, [1, 0, 0, 0, 0])).ids);
}
