import { expect, test } from "vitest";
import { SAMPLE_EMBEDDING } from "../../conformance/index.ts";
import { plainAd } from "../../conformance/support.ts";
import { type BaseOptions, SegmentBase } from "../base.ts";
import { checkDocument } from "../check-document.ts";
import type { IndexedAd } from "../segment.ts";
import { storedBase } from "../stored-base.ts";
import { ADS_PER_TURN, BUILT_HERE_ADS_MAX, buildApart, sendInSlices } from "./build-apart.ts";

const EMBEDDINGS = { version: SAMPLE_EMBEDDING, dimensions: 5, rows: new Float32Array(0) };
const OPTIONS: BaseOptions = { embeddings: EMBEDDINGS, vectors: "lists", watermark: 7 };

function adsOf(count: number): readonly IndexedAd[] {
  return Array.from({ length: count }, (_, place) =>
    checkDocument(plainAd(place + 1, { title: `cup ${place % 17}` }, [place / count, 1, 0, place % 3, 0]), EMBEDDINGS),
  );
}

test("a base built in another thread is, byte for byte, the one that is built here, with its documents", async () => {
  const ads = adsOf(2 * BUILT_HERE_ADS_MAX);
  const [here, apart] = [SegmentBase.of(ads, OPTIONS), await buildApart(ads, OPTIONS)];
  expect(apart.segment.vectors).not.toBe(here.segment.vectors);
  expect(storedBase(apart)).toEqual(storedBase(here));
  expect(apart.segment.documents).toEqual(here.segment.documents);
  expect(Object.isFrozen(apart.segment.documents?.find((document) => document !== undefined))).toBe(true);
});

test("between two turns of the event loop no more than one slice of ads is copied", async () => {
  const ads = adsOf(3 * ADS_PER_TURN + 1);
  const sentByTurn: number[] = [0];
  await sendInSlices(
    ads,
    (slice) => {
      sentByTurn[sentByTurn.length - 1] = (sentByTurn.at(-1) as number) + slice.length;
    },
    async () => {
      sentByTurn.push(0);
    },
  );
  expect(sentByTurn).toEqual([ADS_PER_TURN, ADS_PER_TURN, ADS_PER_TURN, 1, 0]);
});

test("other work has its turn between all parts of the base that are taken over", async () => {
  let turns = 0;
  const ads = adsOf(BUILT_HERE_ADS_MAX + 1);
  await buildApart(ads, OPTIONS, async () => {
    turns++;
  });
  // Slices sent, one look at the documents, and the five parts of readStored.
  expect(turns).toBe(Math.ceil(ads.length / ADS_PER_TURN) + 1 + 5);
});

test("a thread that cannot build says so, and no process ends with it", async () => {
  const ads = adsOf(BUILT_HERE_ADS_MAX + 1);
  const twice = [...ads, ads[0] as IndexedAd];
  await expect(buildApart(twice, OPTIONS)).rejects.toThrow("TENON1460");
});
