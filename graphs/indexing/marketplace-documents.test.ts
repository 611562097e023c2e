/** Another oracle, older than the pipeline: the marketplace's generator joins its own documents. */
import { generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import { IndexDeltas } from "@tenon/nodes";
import { expect, test } from "vitest";
import { IndexingWorld, WORLD_NOW_MS } from "../testing/indexing-world.ts";
import { marketplaceRows, marketplaceSignals } from "../testing/marketplace-source.ts";

const ADS = 120;

test("a marketplace that goes through the pipeline comes out as its generator joined it", {
  timeout: 120_000,
}, async () => {
  const marketplace = generateMarketplace(loadCatalogue(), { seed: 3, adsMax: ADS });
  const world = await IndexingWorld.start({ seed: 3 });
  for (const { table, key, row } of marketplaceRows(marketplace)) {
    world.tell(world.ads.put(table, key, row, WORLD_NOW_MS), { delayMsMax: 500 });
  }
  for (const signal of marketplaceSignals(marketplace, WORLD_NOW_MS)) world.observe(signal, { delayMsMax: 500 });
  await world.settle();
  const found = [...(await world.index()).values()].map(({ ad }) => ad);
  expect(found).toHaveLength(ADS);
  const comparable = ({ version: _, updatedAtMs: __, embedding, ...ad }: (typeof found)[number]) => ({
    ...{ ...ad, space: embedding.version },
  });
  expect(found.map(comparable)).toEqual(marketplace.documents.map(comparable));

  const deltas = (await world.read(IndexDeltas)) as readonly { readonly kind: string; readonly vector?: unknown }[];
  const vectors = new Map(deltas.flatMap((delta) => (delta.kind === "upsert" ? [[adIdOf(delta), delta.vector]] : [])));
  const dimensions = marketplace.embeddings.length / marketplace.documents.length;
  for (const { adId, embedding } of marketplace.documents) {
    const start = embedding.row * dimensions;
    expect(vectors.get(adId)).toEqual(Array.from(marketplace.embeddings.subarray(start, start + dimensions)));
  }
  await world.stop();
});

function adIdOf(delta: object): number {
  return (delta as { readonly document: { readonly ad: { readonly adId: number } } }).document.ad.adId;
}
