/** A segment as named arrays and facts, for a file; and back, refusing what does not fit together. */
import { crc32 } from "node:zlib";
import type { Sections } from "../../files/index.ts";
import { badSections } from "../errors.ts";
import type { SegmentParts } from "./build-segment.ts";
import type { SegmentShape } from "./segment-shape.ts";

/** What the parts of a vector segment are. */
type SectionArray = Int8Array | Int32Array | Float32Array | Float64Array;

/** Facts are JSON. Sections carry the prefix `vectors.`. */
export interface SegmentSections {
  readonly facts: VectorFacts;
  readonly sections: Readonly<Record<string, SectionArray>>;
}

export interface VectorFacts {
  readonly shape: SegmentShape;
  /** CRC-32 of each section: sections of two builds do not pass as one. */
  readonly checksums: Readonly<Record<string, number>>;
}

type PartName = Exclude<keyof SegmentParts, "shape">;

/** Type and length of each section. */
const SECTIONS: {
  readonly [Name in PartName]: {
    readonly type: new (buffer: ArrayBufferLike) => SectionArray;
    readonly length: (shape: SegmentShape) => number;
  };
} = {
  ids: { type: Float64Array, length: ({ size }) => size },
  ranks: { type: Int32Array, length: ({ vectorRows }) => vectorRows },
  rows: { type: Int8Array, length: ({ vectorRows, stride }) => vectorRows * stride },
  exact: { type: Float32Array, length: ({ vectorRows, exactStride }) => vectorRows * exactStride },
  listWords: { type: Int32Array, length: ({ listCount }) => listCount + 1 },
  listSizes: { type: Int32Array, length: ({ listCount }) => listCount },
  centers: { type: Int8Array, length: ({ listCount, stride }) => Math.ceil(listCount / 4) * 4 * stride },
  spreads: { type: Float32Array, length: ({ listCount }) => listCount },
};
const NAMES = Object.keys(SECTIONS) as readonly PartName[];
const PREFIX = "vectors.";

export function sectionsOfParts(parts: SegmentParts): SegmentSections {
  const sections = Object.fromEntries(NAMES.map((name) => [PREFIX + name, parts[name]]));
  const checksums = Object.fromEntries(NAMES.map((name) => [PREFIX + name, checksumOf(parts[name])]));
  return { facts: { shape: parts.shape, checksums }, sections };
}

/** What a file gives back: any sections under any names, until they are checked. */
export interface ReadSections {
  readonly facts: VectorFacts;
  readonly sections: Sections;
}

/** Throws TENON1412. */
export function partsFromSections({ facts, sections }: ReadSections, embeddingVersion: string): SegmentParts {
  const { shape } = facts;
  if (shape.embeddingVersion !== embeddingVersion) {
    throw badSections("vectors", `embedding "${embeddingVersion}"`, `embedding "${shape.embeddingVersion}"`);
  }
  const parts = Object.fromEntries(
    NAMES.map((name) => {
      const section = sections[PREFIX + name];
      const { type, length } = SECTIONS[name];
      const expected = `${length(shape)} values in a ${type.name}`;
      if (!(section instanceof type))
        throw badSections(PREFIX + name, expected, section === undefined ? "no section" : section.constructor.name);
      if (section.length !== length(shape)) throw badSections(PREFIX + name, expected, `${section.length} values`);
      const checksum = checksumOf(section);
      if (checksum !== facts.checksums[PREFIX + name])
        throw badSections(PREFIX + name, `checksum ${facts.checksums[PREFIX + name]}`, `checksum ${checksum}`);
      return [name, section];
    }),
  );
  return { ...(parts as unknown as Omit<SegmentParts, "shape">), shape };
}

function checksumOf(section: SectionArray): number {
  return crc32(new Uint8Array(section.buffer, section.byteOffset, section.byteLength));
}
