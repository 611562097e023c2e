/**
 * A base as files of one folder: `segment.tenon` holds everything that is searched, the files of a record store the documents.
 *
 * F6 A base whose parts do not fit together is refused by name; the served one stays.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { readSections, writeSections } from "../files/index.ts";
import type { RecordStore } from "../forward/records/record-store.ts";
import { RECORD_KEYS_MAX } from "../forward/records/record-store.ts";
import type { IndexBase } from "../host.ts";
import { SegmentBase } from "./base.ts";
import type { SearchOptions } from "./list-rows.ts";
import { type BaseFacts, readStored, storedBase } from "./stored-base.ts";

const KIND = "ad-segment";
export const SEGMENT_FILE = "segment.tenon";

/** Opens the store of the documents, with its files in the folder: `({ folder }) => new LmdbRecords({ folder })`. */
export type OpenRecords = (options: { readonly folder: string }) => RecordStore;

/**
 * Writes a base that was built with `vectors: "lists"`. The segment file comes last and is all or nothing, so that a folder with
 * one is complete.
 *
 * @throws GraphError TENON1448 for another kind of base, TENON1431 and TENON1432 when the disk refuses
 */
export async function writeBase(base: IndexBase, folder: string, openRecords: OpenRecords): Promise<void> {
  const { facts, sections } = storedBase(base);
  await mkdir(folder, { recursive: true });
  const records = openRecords({ folder });
  try {
    // In the order of ids: an ordered store appends then, where rows of lists would split its pages again and again.
    const documents = ((base as SegmentBase).segment.documents ?? [])
      .filter((document) => document !== undefined)
      .sort((one, other) => one.adId - other.adId);
    for (let from = 0; from < documents.length; from += RECORD_KEYS_MAX)
      await records.put(documents.slice(from, from + RECORD_KEYS_MAX));
  } finally {
    await records.close();
  }
  await writeSections(join(folder, SEGMENT_FILE), { kind: KIND, facts: { ...facts }, sections });
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
 * @throws GraphError TENON1425 to TENON1429 for a file that is damaged or of another kind, TENON1412, TENON1420 and TENON1421 for
 *   sections that are missing or do not fit, TENON1432 for records that cannot be opened
 */
export async function openBase(
  folder: string,
  openRecords: OpenRecords,
  { embeddingVersion, search = {} }: OpenOptions = {},
): Promise<OpenedBase> {
  const file = await readSections(join(folder, SEGMENT_FILE), { kind: KIND });
  const facts = file.facts as unknown as BaseFacts;
  const { name, watermark, embedding, deletions } = facts;
  const expected = embeddingVersion === undefined ? {} : { embeddingVersion };
  const read = readStored({ facts, sections: file.sections() }, { ...expected, search });
  let step = read.next();
  for (; step.done !== true; step = read.next()) await nextTurn();
  const { segment, codebooks, costs } = step.value;
  const records = openRecords({ folder });
  const embeddings = { ...embedding, rows: new Float32Array(0) };
  const parts = { name, watermark, segment, embeddings, layout: "lists", codebooks, deletions, records } as const;
  return Object.assign(new SegmentBase(parts), { search: { ...search, costs } });
}
