/**
 * A base as files of one folder: `segment.tenon` holds everything that is searched, the files of a record store the documents.
 *
 * F5 Loading makes nothing per ad but the table of ids: sections are viewed where they were read.
 * F6 A base whose parts do not fit together is refused by name; the served one stays.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { baseOfAnotherIndex } from "../errors.ts";
import { readSections, type Sections, writeSections } from "../files/index.ts";
import type { SectionFile } from "../files/section-file.ts";
import { forwardFromSections, forwardToSections } from "../forward/forward-sections.ts";
import { newCodebooks } from "../forward/forward-values.ts";
import type { RecordStore } from "../forward/records/record-store.ts";
import { RECORD_KEYS_MAX } from "../forward/records/record-store.ts";
import type { DocumentDelete, EmbeddingMatrix, IndexBase } from "../host.ts";
import { KeywordIndex } from "../keywords/keyword-index.ts";
import { ScheduleIndex } from "../targeting/schedule-index.ts";
import { StateRows } from "../targeting/state-rows.ts";
import { TargetingIndex } from "../targeting/targeting-index.ts";
import { type Calibration, measureCosts, type VectorFacts, VectorSegment } from "../vectors/index.ts";
import { SegmentBase } from "./base.ts";
import { LIST_OPTIONS } from "./in-lists.ts";
import { ListRows, type SearchOptions } from "./list-rows.ts";
import { Segment } from "./segment.ts";

const KIND = "ad-segment";
export const SEGMENT_FILE = "segment.tenon";
const ROW_FACTS = ["ids", "versions", "campaigns", "embeddingRows"] as const;

interface BaseFacts {
  readonly name: string;
  readonly watermark: number;
  readonly embedding: Pick<EmbeddingMatrix, "version" | "dimensions">;
  readonly deletions: readonly DocumentDelete[];
  readonly vectors: VectorFacts;
  readonly calibration: Calibration;
}

/** Opens the store of the documents, with its files in the folder: `({ folder }) => new LmdbRecords({ folder })`. */
export type OpenRecords = (options: { readonly folder: string }) => RecordStore;

/**
 * Writes a base that was built with `vectors: "lists"`. The segment file comes last and is all or nothing, so that a folder with
 * one is complete.
 *
 * @throws GraphError TENON1448 for another kind of base, TENON1431 and TENON1432 when the disk refuses
 */
export async function writeBase(base: IndexBase, folder: string, openRecords: OpenRecords): Promise<void> {
  if (!(base instanceof SegmentBase) || !(base.segment.vectors instanceof ListRows))
    throw baseOfAnotherIndex(base.name);
  const { segment, codebooks, embeddings, name, watermark, deletions } = base;
  await mkdir(folder, { recursive: true });
  const records = openRecords({ folder });
  try {
    const documents = (segment.documents ?? []).filter((document) => document !== undefined);
    for (let from = 0; from < documents.length; from += RECORD_KEYS_MAX)
      await records.put(documents.slice(from, from + RECORD_KEYS_MAX));
  } finally {
    await records.close();
  }
  const vectors = base.segment.vectors.segment.toSections();
  const { version, dimensions } = embeddings;
  const { calibration } = base.segment.vectors;
  const embedding = { version, dimensions };
  const facts: BaseFacts = { name, watermark, embedding, deletions, vectors: vectors.facts, calibration };
  await writeSections(join(folder, SEGMENT_FILE), {
    kind: KIND,
    facts: { ...facts },
    sections: {
      ...Object.fromEntries(ROW_FACTS.map((fact) => [`rows.${fact}`, segment[fact]])),
      ...segment.targeting.toSections(),
      ...segment.schedules.toSections(),
      ...segment.states.toSections(),
      ...segment.keywords.toSections(),
      ...forwardToSections(segment.forward, codebooks),
      ...vectors.sections,
    },
  });
}

export interface OpenOptions {
  /** What the base must be of; that of the file when absent. */
  readonly embeddingVersion?: string;
  /** Costs are measured while loading, for about 0.2 s, unless they are given, e.g. those of a base that is open. */
  readonly search?: SearchOptions;
}

export interface OpenedBase extends IndexBase {
  /** What it is searched with: costs are of the machine, and do for the next base, too. */
  readonly search: SearchOptions;
  close(): Promise<void>;
}

/**
 * Opens what {@link writeBase} wrote, here or on another machine, in steps between which requests of an open index have their turn. Close the base when the last request that may hold a snapshot of it has ended.
 *
 * @throws GraphError TENON1425 to TENON1430 for a file that is damaged or of another kind, TENON1412 and TENON1421 for sections that
 *   do not fit, TENON1432 for records that cannot be opened
 */
export async function openBase(
  folder: string,
  openRecords: OpenRecords,
  { embeddingVersion, search = {} }: OpenOptions = {},
): Promise<OpenedBase> {
  const file = await readSections(join(folder, SEGMENT_FILE), { kind: KIND });
  const { name, watermark, embedding, deletions, vectors, calibration } = file.facts as unknown as BaseFacts;
  const sections = file.sections();
  const codebooks = newCodebooks();
  const lists = VectorSegment.fromSections(
    { facts: vectors, sections: sections as never },
    { embeddingVersion: embeddingVersion ?? embedding.version },
    LIST_OPTIONS,
  );
  await nextTurn();
  const options = { costs: search.costs ?? measureCosts(lists), ...search };
  await nextTurn();
  const parts = partsFrom(sections, lists.shape.size);
  await nextTurn();
  const segment = new Segment({
    ...rowFactsOf(file),
    ...parts,
    vectors: new ListRows(lists, { ...options, calibration }),
    forward: forwardFromSections(file, codebooks),
    documents: undefined,
  });
  const records = openRecords({ folder });
  const embeddings = { ...embedding, rows: new Float32Array(0) };
  const base = { name, watermark, segment, embeddings, layout: "lists", codebooks, deletions, records } as const;
  return Object.assign(new SegmentBase(base), { search: options });
}

function rowFactsOf(file: SectionFile) {
  const [ids, versions, campaigns, embeddingRows] = ROW_FACTS.map((fact) => file.section(`rows.${fact}`, "f64"));
  return { ids, versions, campaigns, embeddingRows } as Record<(typeof ROW_FACTS)[number], Float64Array>;
}

function partsFrom(sections: Sections, rows: number) {
  const own = sections as never;
  return {
    targeting: TargetingIndex.fromSections(own, rows),
    schedules: ScheduleIndex.fromSections(own, rows),
    states: StateRows.fromSections(own, rows),
    keywords: KeywordIndex.fromSections(own, rows),
  };
}
