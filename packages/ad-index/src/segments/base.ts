/** A complete index of one instant, as the pieces that an index serves from. */
import { hash } from "node:crypto";
import type { AdDocument, AdId } from "@tenon/ads-model";
import { documentTwice } from "../errors.ts";
import { type Codebooks, newCodebooks } from "../forward/forward-values.ts";
import type { DocumentDelete, EmbeddingMatrix, IndexBase } from "../host.ts";
import { checkDocument, checkEmbeddings } from "./check-document.ts";
import { type IndexedAd, Segment } from "./segment.ts";

/** Hex digits of the name of a base that was given none: 48 bits tell builds apart. */
const BASE_DIGITS = 12;

export interface BaseOptions {
  /** The vector space of the index, with the vectors that the documents point at. */
  readonly embeddings: EmbeddingMatrix;
  /** Name of the build in every answer; made of the ads' ids and versions when absent. */
  readonly name?: string;
  /** Position of the change feed up to which `documents` hold every change; 0, the position before all, when absent. */
  readonly watermark?: number;
  /** Deletions up to the watermark: they keep out upserts that come late and are older. */
  readonly deletions?: readonly DocumentDelete[];
}

export class SegmentBase implements IndexBase {
  readonly name: string;
  readonly watermark: number;
  readonly segment: Segment;
  readonly embeddings: EmbeddingMatrix;
  readonly codebooks: Codebooks;
  readonly deletions: readonly DocumentDelete[];

  constructor(ads: readonly IndexedAd[], { embeddings, name, watermark = 0, deletions = [] }: BaseOptions) {
    this.codebooks = newCodebooks();
    this.segment = new Segment(ads, { dimensions: embeddings.dimensions, codebooks: this.codebooks });
    this.name = name ?? nameOf(this.segment);
    this.watermark = watermark;
    this.embeddings = embeddings;
    this.deletions = deletions;
  }

  get embeddingVersion(): string {
    return this.embeddings.version;
  }

  get documentCount(): number {
    return this.segment.size;
  }
}

/**
 * Builds a base. Of several documents of one ad the newest version is kept.
 *
 * Errors: TENON1405 two documents of one ad and version, TENON1406 and TENON1407 bad vector, TENON1408 bad targeting,
 * TENON1409 bad matrix. A full build is strict: it stops at the first bad document, and the served version stays.
 */
export function buildBase(documents: Iterable<AdDocument>, options: BaseOptions): IndexBase {
  return new SegmentBase(newestAds(documents, options.embeddings), options);
}

function newestAds(documents: Iterable<AdDocument>, embeddings: EmbeddingMatrix): readonly IndexedAd[] {
  checkEmbeddings(embeddings);
  const newest = new Map<AdId, IndexedAd>();
  for (const document of documents) {
    const known = newest.get(document.adId)?.document.version;
    if (known === document.version) throw documentTwice(document.adId, document.version);
    if (known === undefined || known < document.version)
      newest.set(document.adId, checkDocument({ document }, embeddings));
  }
  return [...newest.values()];
}

/** A name that equal sets of (ad, version) share and others do not, because rows are in the order of ids. */
function nameOf({ ids, versions }: Segment): string {
  const facts = new Float64Array(ids.length * 2);
  facts.set(ids);
  facts.set(versions, ids.length);
  return hash("sha256", new Uint8Array(facts.buffer)).slice(0, BASE_DIGITS);
}
