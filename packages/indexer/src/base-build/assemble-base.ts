/** From parts to the files of a base. */

import { hash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { buildBase, writeBase } from "@tenon/ad-index";
import { LmdbRecords } from "@tenon/ad-index/lmdb";
import { type BaseBuild, statisticsOf, writeBuild } from "@tenon/ad-index/publish";
import { AdDocumentSchema, type AdId } from "@tenon/ads-model";
import { z } from "zod";
import { indexerError } from "../indexer-error.ts";
import { type BuiltAd, type Part, readPart } from "./part-file.ts";

export interface AssembleOptions {
  readonly name: string;
  /** Offset of the topic of index deltas that comes after everything in the base. */
  readonly watermark: number;
  /** Of the repository's snapshot, for its own deltas. */
  readonly feed: string;
  readonly partFiles: readonly string[];
  readonly folder: string;
  readonly builtAtMs: number;
}

/** @param kept parts that are in memory, by file: they need not be read */
export async function assembleBase(
  options: AssembleOptions,
  kept: ReadonlyMap<string, Part> = new Map(),
): Promise<BaseBuild> {
  const { name, watermark, partFiles, folder, builtAtMs } = options;
  const parts = await Promise.all(partFiles.map(async (file) => kept.get(file) ?? readExisting(file)));
  const ads = parts.flatMap((part) => part.ads);
  const vectors = new Map(ads.map(({ document, vector }) => [document.adId, vector]));
  const { version, dimensions } = spaceOf(ads);
  const documents = ads.map(({ document }) => document);
  const base = buildBase(documents, {
    ...{ name, watermark, vectors: "lists", onlyWritten: true },
    embeddings: { version, dimensions, rows: new Float32Array(0) },
    vectorOf: ({ adId }) => vectors.get(adId) ?? undefined,
    deletions: parts.flatMap(({ deletions }) => deletions.map((each) => ({ ...each, adId: each.adId as AdId }))),
  });
  await writeBase(base, folder, ({ folder: records }) => new LmdbRecords({ folder: records }));
  const files = (await readdir(folder))
    .filter((file) => isData(file))
    .map((file) => ({ name: file, path: join(folder, file) }));
  const build: BaseBuild = {
    ...{ name, builtAtMs, embeddingVersion: version, schemaFingerprint: SCHEMA_FINGERPRINT, files },
    watermark: { position: String(watermark), feed: options.feed },
    statistics: statisticsOf(documents, ({ adId }) => vectors.get(adId) !== null),
  };
  await writeBuild(folder, build);
  return build;
}

/** Of the documents' schema: equal when the same program could read both. */
const SCHEMA_FINGERPRINT = hash(
  "sha256",
  JSON.stringify(z.toJSONSchema(AdDocumentSchema, { unrepresentable: "any" })),
).slice(0, 16);

/** Locks and the build's own description are no data. */
function isData(file: string): boolean {
  return !file.endsWith("-lock") && file !== "build.json" && !file.startsWith(".unfinished-");
}

async function readExisting(path: string): Promise<Part> {
  const part = await readPart(path);
  if (part === undefined) throw new Error(`part "${path}" is gone`);
  return part;
}

/** The space of most ads: those of another one are found by words only. */
function spaceOf(ads: readonly BuiltAd[]): { readonly version: string; readonly dimensions: number } {
  const counts = new Map<string, number>();
  for (const { document } of ads)
    counts.set(document.embedding.version, (counts.get(document.embedding.version) ?? 0) + 1);
  const [version] = [...counts].sort(([, one], [, other]) => other - one)[0] ?? [];
  const dimensions = ads.find(({ document, vector }) => document.embedding.version === version && vector !== null)
    ?.vector?.length;
  if (version === undefined || dimensions === undefined)
    throw indexerError("nothingToBuild", "there is no ad with a vector, so there is nothing to build a base of", {
      detail: `${ads.length} servable ads`,
      hint: "see whether the pipeline has caught up (`tenon log status`), and `tenon doc AD` for what an ad lacks",
    });
  return { version, dimensions };
}
