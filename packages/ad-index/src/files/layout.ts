/**
 * The layout of an index file:
 *
 *   prelude  64 bytes: mark, format, bytes of the header, bytes of the file, checksum of the padded header, checksum of the prelude
 *   header   JSON: kind, facts, sections with name, type, offset, bytes and checksum
 *   sections in the order of their names
 *
 * F1 Header and sections begin at multiples of 64 bytes: a cache line, and more than any element needs.
 * F2 Every byte of the file lies under exactly one checksum, the zeros between sections too: a flipped bit is found.
 * F3 The prelude is the same in every format, so that a file of another format is told from a broken one.
 * F4 Equal content makes equal bytes. Nothing of the writer's place or time is in the file.
 *
 * Checksums are CRC-32 (zlib), which finds every burst of up to 32 bits; against intent a base has SHA-256 in its manifest.
 */
import { crc32 } from "node:zlib";
import type { SectionType } from "./sections.ts";

export const ALIGNMENT = 64;
export const PRELUDE_BYTES = 64;
export const FORMAT = 1;
/** Not text, and broken by whatever turns line ends into others. */
const MARK = Uint8Array.of(0x93, 0x54, 0x4e, 0x58, 0x0d, 0x0a, 0x1a, 0x0a);
/** A header is names and facts; 64 MiB is no header. */
export const HEADER_BYTES_MAX = 64 * 2 ** 20;
const CHECKED_BYTES = 36;

export interface SectionEntry {
  readonly name: string;
  readonly type: SectionType;
  /** From the first section on. */
  readonly offset: number;
  /** Without the zeros that follow. */
  readonly bytes: number;
  /** CRC-32 of the section with the zeros that follow. */
  readonly checksum: number;
}

/** Small values that describe the file: counts, versions, settings. */
export type FileFacts = Readonly<Record<string, unknown>>;

export interface FileHeader {
  readonly kind: string;
  readonly facts: FileFacts;
  readonly sections: readonly SectionEntry[];
}

export interface Prelude {
  readonly format: number;
  readonly headerBytes: number;
  readonly fileBytes: number;
  readonly headerChecksum: number;
}

export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** CRC-32 of the bytes and the zeros up to the next boundary. */
export function paddedChecksum(bytes: Uint8Array): number {
  return crc32(new Uint8Array(aligned(bytes.length) - bytes.length), crc32(bytes));
}

export function preludeBytes({ format, headerBytes, fileBytes, headerChecksum }: Prelude): Uint8Array {
  const bytes = new Uint8Array(PRELUDE_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MARK);
  view.setUint32(8, format, true);
  view.setUint32(12, headerBytes, true);
  view.setBigUint64(16, BigInt(fileBytes), true);
  view.setUint32(24, headerChecksum, true);
  view.setUint32(CHECKED_BYTES, crc32(bytes.subarray(0, CHECKED_BYTES)), true);
  return bytes;
}

/** `undefined` for bytes that are no prelude; `intact` is false where its checksum, or a zero after it, differs. */
export function readPrelude(bytes: Uint8Array): (Prelude & { readonly intact: boolean }) | undefined {
  if (bytes.length < PRELUDE_BYTES || MARK.some((byte, at) => bytes[at] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, PRELUDE_BYTES);
  const rest = bytes.subarray(CHECKED_BYTES + 4, PRELUDE_BYTES);
  return {
    format: view.getUint32(8, true),
    headerBytes: view.getUint32(12, true),
    fileBytes: Number(view.getBigUint64(16, true)),
    headerChecksum: view.getUint32(24, true),
    intact:
      crc32(bytes.subarray(0, CHECKED_BYTES)) === view.getUint32(CHECKED_BYTES, true) &&
      rest.every((byte) => byte === 0),
  };
}
