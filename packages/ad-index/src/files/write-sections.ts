import { cannotWriteFile } from "./errors.ts";
import {
  aligned,
  type FileFacts,
  type FileHeader,
  FORMAT,
  HEADER_BYTES_MAX,
  PRELUDE_BYTES,
  paddedChecksum,
  preludeBytes,
  type SectionEntry,
} from "./layout.ts";
import { type Section, type Sections, sectionTypeOf } from "./sections.ts";
import { writeDurably } from "./write-durably.ts";

/** Most bytes of one write: beyond 2 GiB the system refuses, and shorter ones leave the event loop to others. */
const WRITE_BYTES_MAX = 16 * 2 ** 20;
const NAME = /^[a-z][\w.-]{0,63}$/i;

export interface FileContent {
  /** What the file is, e.g. `ad-segment`; a reader that expects another kind refuses it. */
  readonly kind: string;
  /** Values that JSON can hold. */
  readonly facts?: FileFacts;
  readonly sections: Sections;
}

/** Takes the bytes of a file in order. */
export type SectionSink = (bytes: Uint8Array) => Promise<void> | void;

export interface WrittenFile {
  readonly bytes: number;
  /** Of everything: equal content has equal checksums. Hex digits of the CRC-32 of the header, which holds all others. */
  readonly checksum: string;
}

/**
 * Writes an index file. To a path it is all or nothing, also if the process or the machine dies (rules F1 to F4 of layout.ts).
 *
 * @throws GraphError TENON1431 for a section that cannot be written, and for a disk that refuses
 */
export async function writeSections(target: string | SectionSink, content: FileContent): Promise<WrittenFile> {
  const where = typeof target === "string" ? target : content.kind;
  const payloads = payloadsOf(where, content.sections);
  const headerBytes = encodedHeader(where, content, payloads);
  const fileBytes = payloads.at(-1)?.end(headerBytes.length) ?? PRELUDE_BYTES + aligned(headerBytes.length);
  const headerChecksum = paddedChecksum(headerBytes);
  const prelude = preludeBytes({ format: FORMAT, headerBytes: headerBytes.length, fileBytes, headerChecksum });
  const parts = [prelude, headerBytes, ...payloads.map(({ bytes }) => bytes)];
  if (typeof target === "string") {
    try {
      await writeDurably(target, (file) => writeParts(parts, async (bytes) => void (await file.writeFile(bytes))));
    } catch (cause) {
      throw cannotWriteFile(target, "the disk refused", cause);
    }
  } else await writeParts(parts, target);
  return { bytes: fileBytes, checksum: headerChecksum.toString(16).padStart(8, "0") };
}

interface Payload {
  readonly name: string;
  readonly section: Section;
  readonly bytes: Uint8Array;
  /** From the first section on. */
  readonly offset: number;
  /** In the file, behind a header of so many bytes. */
  end(headerBytes: number): number;
}

function payloadsOf(where: string, sections: Sections): readonly Payload[] {
  let offset = 0;
  // Sorted, so that the order in which parts gave them leaves no trace (F4).
  return Object.entries(sections)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, section]) => {
      if (!NAME.test(name)) throw cannotWriteFile(where, `"${name}" is no name of a section`);
      if (sectionTypeOf(section) === undefined) throw cannotWriteFile(where, `section "${name}" has no known type`);
      const bytes = bytesOf(section);
      const own = offset;
      offset += aligned(bytes.length);
      const end = offset;
      return { name, section, bytes, offset: own, end: (header: number) => PRELUDE_BYTES + aligned(header) + end };
    });
}

function bytesOf(section: Section): Uint8Array {
  if (typeof section === "string") return new TextEncoder().encode(section);
  return new Uint8Array(section.buffer, section.byteOffset, section.byteLength);
}

/** Offsets count from the first section: the header's own length would otherwise depend on itself. */
function encodedHeader(where: string, { kind, facts = {} }: FileContent, payloads: readonly Payload[]): Uint8Array {
  const sections = payloads.map(
    ({ name, section, bytes, offset }): SectionEntry => ({
      name,
      type: sectionTypeOf(section) ?? "u8",
      offset,
      bytes: bytes.length,
      checksum: paddedChecksum(bytes),
    }),
  );
  const header: FileHeader = { kind, facts, sections };
  const bytes = new TextEncoder().encode(JSON.stringify(header));
  if (bytes.length <= HEADER_BYTES_MAX) return bytes;
  throw cannotWriteFile(where, `its facts take ${bytes.length} bytes, at most ${HEADER_BYTES_MAX} are allowed`);
}

async function writeParts(parts: readonly Uint8Array[], sink: SectionSink): Promise<void> {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += WRITE_BYTES_MAX) await sink(part.subarray(at, at + WRITE_BYTES_MAX));
    const zeros = aligned(part.length) - part.length;
    if (zeros > 0) await sink(new Uint8Array(zeros));
  }
}
