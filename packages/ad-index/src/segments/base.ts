/** A complete index of one instant, as the pieces that an index serves from. */
import { hash } from "node:crypto";
import type { AdDocument, AdId } from "@tenon/ads-model";
import { hasBit } from "../bits/bitset.ts";
import { documentTwice, recordsMissing } from "../errors.ts";
import { type Codebooks, newCodebooks } from "../forward/forward-values.ts";
import {
  RECORD_KEYS_MAX,
  type RecordAnswer,
  type RecordKey,
  type RecordStore,
} from "../forward/records/record-store.ts";
import type { DocumentDelete, EmbeddingMatrix, IndexBase } from "../host.ts";
import { checkDocument, checkEmbeddings } from "./check-document.ts";
import { inLists } from "./in-lists.ts";
import { ListRows, type SearchOptions } from "./list-rows.ts";
import { BaseSegment, type IndexedAd, NO_AD, type Segment } from "./segment.ts";
import type { SegmentView } from "./segment-view.ts";

/** Hex digits of the name of a base that was given none: 48 bits tell builds apart. */
const BASE_DIGITS = 12;

export interface BaseOptions {
  /** The vector space of the index, with the vectors that the documents point at. */
  readonly embeddings: EmbeddingMatrix;
  /** Vectors that the matrix does not hold: where documents come from a stream, `embedding.row` is no row of a matrix. */
  readonly vectorOf?: (document: AdDocument) => ArrayLike<number> | undefined;
  /** Name of the build in every answer; made of the ads' ids and versions when absent. */
  readonly name?: string;
  /** Position of the change feed up to which `documents` hold every change; 0, the position before all, when absent. */
  readonly watermark?: number;
  /** Deletions up to the watermark: they keep out upserts that come late and are older. */
  readonly deletions?: readonly DocumentDelete[];
  /**
   * `flat` (the default): every search looks at every eligible ad. `lists`: ads are laid out in inverted lists, and each search is
   * planned; what a large index needs.
   */
  readonly vectors?: VectorLayout;
  /** The base is written, and read by nobody here: its documents are not frozen, which costs as much as checking them. */
  readonly onlyWritten?: boolean;
  /** Of searches in lists: costs of scans on this machine, and threads for long ones. */
  readonly search?: SearchOptions;
}

export type VectorLayout = "flat" | "lists";

export interface BaseParts {
  readonly name: string | undefined;
  readonly watermark: number;
  readonly segment: BaseSegment;
  readonly embeddings: EmbeddingMatrix;
  readonly layout: VectorLayout;
  readonly codebooks: Codebooks;
  readonly deletions: readonly DocumentDelete[];
  /** Documents of a segment that does not hold them. */
  readonly records?: RecordStore;
}

export class SegmentBase implements IndexBase {
  readonly name: string;
  readonly watermark: number;
  readonly segment: BaseSegment;
  readonly embeddings: EmbeddingMatrix;
  readonly layout: VectorLayout;
  readonly codebooks: Codebooks;
  readonly deletions: readonly DocumentDelete[];
  readonly records: RecordStore | undefined;

  constructor(parts: BaseParts) {
    this.name = parts.name ?? nameOf(parts.segment);
    this.watermark = parts.watermark;
    this.segment = parts.segment;
    this.embeddings = parts.embeddings;
    this.layout = parts.layout;
    this.codebooks = parts.codebooks;
    this.deletions = parts.deletions;
    this.records = parts.records;
  }

  /** Lays out ads that were checked. */
  static of(ads: readonly IndexedAd[], options: BaseOptions): SegmentBase {
    const { embeddings, name, watermark = 0, deletions = [], vectors: layout = "flat", search = {} } = options;
    const codebooks = newCodebooks();
    const settings = { dimensions: embeddings.dimensions, codebooks };
    const segment = layout === "flat" ? BaseSegment.of(ads, settings) : inLists(ads, { embeddings, codebooks, search });
    return new SegmentBase({ name, watermark, segment, embeddings, layout, codebooks, deletions });
  }

  get embeddingVersion(): string {
    return this.embeddings.version;
  }

  get documentCount(): number {
    return this.segment.adCount;
  }

  meanVector(): Float32Array {
    const { size, vectors } = this.segment;
    const sum = new Float64Array(this.embeddings.dimensions);
    let count = 0;
    for (let row = 0; row < size; row++) {
      if (!hasBit(vectors.present, row)) continue;
      const vector = vectors.vectorOf(row);
      for (let axis = 0; axis < sum.length; axis++) sum[axis] = (sum[axis] as number) + (vector[axis] as number);
      count++;
    }
    return Float32Array.from(sum, (component) => component / Math.max(1, count));
  }

  /** The live ads of this base's segment, with documents from its records. Throws TENON1449 when some are not there. */
  async readAds({ segment, live }: SegmentView): Promise<readonly IndexedAd[]> {
    const rows = Int32Array.from(segment.ids.keys()).filter((row) => hasBit(live, row));
    const ads: IndexedAd[] = [];
    for (let from = 0; from < rows.length; from += RECORD_KEYS_MAX) {
      const slice = rows.subarray(from, from + RECORD_KEYS_MAX);
      const keys = Array.from(slice, (row) => recordKey(segment, row));
      const { found, stale, missing } = (await this.records?.get(keys)) ?? NOTHING;
      if (found.length < slice.length)
        throw recordsMissing(this.name, slice.length - found.length, stale[0]?.adId ?? missing[0]);
      for (const [place, document] of found.entries())
        ads.push({ document, vector: segment.vectorOf(slice[place] as number) });
    }
    return ads;
  }

  async close(): Promise<void> {
    if (this.segment.vectors instanceof ListRows) await this.segment.vectors.close();
    await this.records?.close();
  }
}

const NOTHING: RecordAnswer = { found: [], stale: [], missing: [] };

export function recordKey({ ids, versions }: Pick<Segment, "ids" | "versions">, row: number): RecordKey {
  return { adId: ids[row] as AdId, version: versions[row] as number };
}

/**
 * Builds a base. Of several documents of one ad the newest version is kept.
 *
 * Errors: TENON1405 two documents of one ad and version, TENON1406 and TENON1407 bad vector, TENON1408 bad targeting,
 * TENON1409 bad matrix. A full build is strict: it stops at the first bad document, and the served version stays.
 */
export function buildBase(documents: Iterable<AdDocument>, options: BaseOptions): IndexBase {
  return SegmentBase.of(newestAds(documents, options), options);
}

function newestAds(documents: Iterable<AdDocument>, options: BaseOptions): readonly IndexedAd[] {
  const { embeddings, vectorOf, onlyWritten: isOnlyWritten = false } = options;
  checkEmbeddings(embeddings);
  const newest = new Map<AdId, IndexedAd>();
  for (const document of documents) {
    const known = newest.get(document.adId)?.document.version;
    if (known === document.version) throw documentTwice(document.adId, document.version);
    if (known === undefined || known < document.version)
      newest.set(
        document.adId,
        checkDocument({ document, vector: vectorOf?.(document) }, embeddings, { isOnlyWritten }),
      );
  }
  return [...newest.values()];
}

/** A name that equal sets of (ad, version) share and others do not, in whatever order their rows are. */
function nameOf({ ids, versions }: BaseSegment): string {
  const rows = Int32Array.from(ids.keys()).filter((row) => ids[row] !== NO_AD);
  rows.sort((left, right) => (ids[left] as number) - (ids[right] as number));
  const facts = new Float64Array(rows.length * 2);
  for (const [place, row] of rows.entries()) facts.set([ids[row] as number, versions[row] as number], place * 2);
  return hash("sha256", new Uint8Array(facts.buffer)).slice(0, BASE_DIGITS);
}
