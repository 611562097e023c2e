import { adId } from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { indexVersionText } from "../api.ts";
import type { AdIndexHost, IndexBase, IndexChanges } from "../host.ts";
import type { IndexBinding } from "./ad-index-contract.ts";
import { filters, type SampleAd, sampleMarketplaces, vectors, withEmbeddings } from "./arbitraries.ts";
import { answersOf, batch, changesOf, Model, type Step } from "./model.ts";
import { ADS_MAX, blockLists, EVERYBODY, idsOf, PROPERTY, plainAd, revised, searchVectors } from "./support.ts";

/** What an operator or a feed does. `back`: how many batches before now a base was taken. `meanwhile`: a batch that comes during it. */
type Operation =
  | { readonly what: "apply"; readonly batch: readonly Step[] }
  | { readonly what: "swap" | "rollBack"; readonly back: number; readonly meanwhile: readonly Step[] }
  | { readonly what: "compact"; readonly meanwhile: readonly Step[] }
  | { readonly what: "baseOnly"; readonly on: boolean };

const meanwhile = fc.oneof(fc.constant([]), batch);
const back = fc.nat({ max: 5 });
const operations: fc.Arbitrary<readonly Operation[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ what: fc.constant("apply" as const), batch }) },
    {
      weight: 2,
      arbitrary: fc.record({ what: fc.constantFrom("swap" as const, "rollBack" as const), back, meanwhile }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("compact" as const), meanwhile }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("baseOnly" as const), on: fc.boolean() }) },
  ),
  { maxLength: 8 },
);

export function baseContract({ makeBase, openIndex }: IndexBinding): void {
  const baseOf = async (ads: readonly SampleAd[], options: { name?: string; watermark?: number } = {}) => {
    const { documents, embeddings } = withEmbeddings(ads);
    return makeBase(documents, { embeddings, ...options });
  };

  test("whatever is swapped, rolled back, compacted or hidden, a request sees what a rebuild would hold", async () => {
    await fc.assert(
      fc.asyncProperty(
        sampleMarketplaces(ADS_MAX),
        operations,
        filters,
        vectors,
        blockLists,
        async (ads, steps, filter, query, blocked) => {
          const world = new World(ads, await baseOf(ads), { makeBase, openIndex });
          world.index.blockCampaigns({ version: 1, blocked });
          for (const step of steps) {
            await world.run(step);
            const rebuilt = openIndex(await baseOf(world.visibleAds), {});
            rebuilt.blockCampaigns({ version: 1, blocked });
            const all = [...ads, ...world.visibleAds];
            expect(await answersOf(world.index.current(), all, filter, query)).toEqual(
              await answersOf(rebuilt.current(), all, filter, query),
            );
          }
        },
      ),
      PROPERTY,
    );
  });

  test("a snapshot taken before a swap answers from the old base during and after it", async () => {
    const index = openIndex(await baseOf([plainAd(1)]), {});
    const before = index.current();
    const swapping = index.swapBase(await baseOf([plainAd(2), plainAd(3)]));
    expect(await found(index)).toEqual([1]);
    await swapping;
    expect(await found(index)).toEqual([3, 2]);
    expect(idsOf((await searchVectors(before, EVERYBODY, [1, 0, 0, 0, 0])).ids)).toEqual([1]);
  });

  test("rolling back undoes a bad change for good when the history given leaves it out", async () => {
    const good = await baseOf([plainAd(1), plainAd(2)], { name: "good" });
    const index = openIndex(good, {});
    index.apply({ deletes: [{ adId: adId(1), version: 9 }], position: 1 });
    index.apply({ upserts: [revised(plainAd(2), 3, [5, 0, 0, 0, 0])], position: 2 });
    await index.swapBase(await baseOf([plainAd(4)], { name: "bad", watermark: 2 }));
    expect(await found(index)).toEqual([4]);
    const history: IndexChanges[] = [{ upserts: [revised(plainAd(2), 3, [5, 0, 0, 0, 0])], position: 2 }];
    const { version, replayedCount } = await index.rollBack(good, history);
    expect([version.base, replayedCount]).toEqual(["good", 1]);
    expect(await found(index)).toEqual([2, 1]);
    expect(index.apply({ upserts: [revised(plainAd(1), 2)], position: 3 }).appliedCount).toBe(1);
  });

  test("a deletion that a base has no trace of still keeps out a late upsert that is older", async () => {
    const index = openIndex(await baseOf([plainAd(1)]), {});
    index.apply({ deletes: [{ adId: adId(1), version: 9 }], position: 1 });
    await index.swapBase(await baseOf([plainAd(2)], { watermark: 2 }));
    expect(index.apply({ upserts: [revised(plainAd(1), 8)], position: 3 }).stale).toEqual([1]);
    expect(await found(index)).toEqual([2]);
  });

  test("changes applied here after the end of the history given are kept by a rollback", async () => {
    const first = await baseOf([plainAd(1)]);
    const index = openIndex(first, {});
    index.apply({ upserts: [plainAd(2)], position: 1 });
    const history: IndexChanges[] = [{ upserts: [plainAd(2)], position: 1 }];
    index.apply({ upserts: [plainAd(3)], position: 2 });
    await index.rollBack(first, history);
    expect(await found(index)).toEqual([3, 2, 1]);
  });

  test("campaigns blocked while a swap runs are blocked after it", async () => {
    const index = openIndex(await baseOf([plainAd(1)]), {});
    const swapping = index.swapBase(await baseOf([plainAd(2)]));
    const { campaignId } = plainAd(2).document;
    index.blockCampaigns({ version: 1, blocked: [{ campaignId, reason: "paced_out" }] });
    await swapping;
    expect(await found(index)).toEqual([]);
  });

  test("a base from before the changes held is refused, and the served one stays", async () => {
    const index = openIndex(await baseOf([plainAd(1)]), {});
    await index.swapBase(await baseOf([plainAd(2)], { watermark: 7 }));
    await expect(index.swapBase(await baseOf([plainAd(3)], { watermark: 6 }))).rejects.toThrow("TENON1445");
    expect(await found(index)).toEqual([2]);
  });

  test("one swap at a time; the next may follow", async () => {
    const index = openIndex(await baseOf([plainAd(1)]), {});
    const first = index.swapBase(await baseOf([plainAd(2)]));
    await expect(index.compact()).rejects.toThrow("TENON1447");
    await expect(index.rollBack(await baseOf([plainAd(3)]), [])).rejects.toThrow("TENON1447");
    await first;
    await index.swapBase(await baseOf([plainAd(3)]));
    expect(await found(index)).toEqual([3]);
  });

  test("a base knows the mean of its ads' vectors; without any it is zero", async () => {
    const base = await baseOf([revised(plainAd(1), 2, [1, 0, 0, 0, 4]), revised(plainAd(2), 2, [0, 2, 0, 0, 0])]);
    expect([...base.meanVector()]).toEqual([0.5, 1, 0, 0, 2]);
    expect([...(await baseOf([])).meanVector()]).toEqual([0, 0, 0, 0, 0]);
  });

  test("a base of another kind of index is refused by name", async () => {
    const index = openIndex(await baseOf([plainAd(1)]), {});
    const foreign: IndexBase = {
      name: "foreign",
      watermark: 0,
      embeddingVersion: "sample",
      documentCount: 0,
      meanVector: () => new Float32Array(0),
    };
    await expect(index.swapBase(foreign)).rejects.toThrow('TENON1448 base "foreign"');
  });

  test("the status says what is served, from where, and how much has changed", async () => {
    const index = openIndex(await baseOf([plainAd(1)], { name: "b1", watermark: 4 }), {});
    expect(index.status()).toMatchObject({ serving: "live", position: 4, changedAds: 0, compactionDue: false });
    index.apply({ upserts: [plainAd(2)], deletes: [{ adId: adId(1), version: 2 }], position: 5 });
    expect(idsOf(index.heldAds())).toEqual([2]);
    expect(indexVersionText(index.current().version)).toMatch(/^b1\+1 /);
    index.serveBaseOnly(true);
    expect(idsOf(index.heldAds())).toEqual([1]);
    expect(indexVersionText(index.current().version)).toMatch(/^b1\+baseOnly /);
    expect(index.status()).toMatchObject({ serving: "baseOnly", position: 5, changedAds: 2, version: { delta: 0 } });
    expect(await found(index)).toEqual([1]);
    index.serveBaseOnly(false);
    expect(await found(index)).toEqual([2]);
    expect(index.status().base).toMatchObject({ name: "b1", watermark: 4, documentCount: 1 });
  });
}

async function found(index: AdIndexHost): Promise<readonly number[]> {
  return idsOf((await searchVectors(index.current(), EVERYBODY, [1, 0, 0, 0, 0])).ids);
}

/** An index beside what it should hold. Position p of the feed is the p-th batch. */
class World {
  readonly index: AdIndexHost;
  private readonly binding: IndexBinding;
  private readonly first: readonly SampleAd[];
  private readonly batches: (readonly Step[])[] = [];
  private baseAds: readonly SampleAd[];
  /** No base from before can be swapped in without history. */
  private floor = 0;
  private baseOnly = false;

  constructor(ads: readonly SampleAd[], base: IndexBase, binding: IndexBinding) {
    this.first = ads;
    this.baseAds = ads;
    this.binding = binding;
    this.index = binding.openIndex(base, {});
  }

  get visibleAds(): readonly SampleAd[] {
    return this.baseOnly ? this.baseAds : this.modelAt(this.batches.length).ads;
  }

  async run(step: Operation): Promise<void> {
    if (step.what === "apply") return this.apply(step.batch);
    if (step.what === "baseOnly") {
      this.baseOnly = step.on;
      this.index.serveBaseOnly(step.on);
      return;
    }
    const now = this.batches.length;
    const least = step.what === "swap" ? this.floor : 0;
    const watermark = step.what === "compact" ? now : Math.max(least, now - step.back);
    const base = await this.baseAt(watermark);
    const work =
      step.what === "compact"
        ? this.index.compact()
        : step.what === "swap"
          ? this.index.swapBase(base)
          : this.index.rollBack(base, this.changesAfter(watermark));
    if (step.meanwhile.length > 0) this.apply(step.meanwhile);
    await work;
    this.baseAds = this.modelAt(watermark).ads;
    this.floor = watermark;
  }

  private apply(steps: readonly Step[]): void {
    this.batches.push(steps);
    this.index.apply({ ...changesOf(steps), position: this.batches.length });
  }

  private modelAt(position: number): Model {
    const model = new Model(this.first);
    for (const steps of this.batches.slice(0, position)) model.apply(steps);
    return model;
  }

  private async baseAt(watermark: number): Promise<IndexBase> {
    const { ads, deletions } = this.modelAt(watermark);
    const { documents, embeddings } = withEmbeddings(ads);
    return this.binding.makeBase(documents, { embeddings, watermark, deletions });
  }

  private changesAfter(watermark: number): readonly IndexChanges[] {
    return this.batches
      .slice(watermark)
      .map((steps, place) => ({ ...changesOf(steps), position: watermark + place + 1 }));
  }
}
