import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { corrupted, cutShort, notAnIndexFile, otherFormat, otherKind } from "./errors.ts";
import { aligned, type FileHeader, FORMAT, PRELUDE_BYTES, readPrelude } from "./layout.ts";
import { SectionFile } from "./section-file.ts";

/** Read and checked at once; between two the event loop belongs to others for a moment. */
const READ_BYTES = 8 * 2 ** 20;

export interface ReadOptions {
  /** What the file must be. */
  readonly kind: string;
  /** Read into memory that worker threads can share. */
  readonly shared?: boolean;
}

/**
 * Reads and checks a whole index file, into one buffer that all sections view.
 *
 * @throws GraphError TENON1425 no index file, TENON1426 other format, TENON1427 other kind, TENON1428 cut short, TENON1429 corrupt
 */
export async function readSections(path: string, { kind, shared = false }: ReadOptions): Promise<SectionFile> {
  const file = await opened(path);
  try {
    const { size } = await file.stat();
    const { header, sectionsAt } = await readHeader(path, file, size);
    if (header.kind !== kind) throw otherKind(path, header.kind, kind);
    const bytes = size - sectionsAt;
    const buffer = shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    await readChecked(path, file, { header, sectionsAt, bytes: new Uint8Array(buffer) });
    return new SectionFile(path, header, buffer);
  } finally {
    await file.close();
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (cause) {
    throw notAnIndexFile(path, cause instanceof Error ? cause.message : "nothing readable", cause);
  }
}

async function readHeader(path: string, file: FileHandle, size: number) {
  const first = await readExactly(path, file, { at: 0, bytes: new Uint8Array(Math.min(PRELUDE_BYTES, size)) });
  const prelude = readPrelude(first);
  if (prelude === undefined) {
    throw notAnIndexFile(path, size < PRELUDE_BYTES ? `${size} bytes` : "another beginning");
  }
  if (!prelude.intact) throw corrupted(path, "the beginning");
  if (prelude.format !== FORMAT) throw otherFormat(path, prelude.format, FORMAT);
  if (prelude.fileBytes !== size) throw cutShort(path, size, prelude.fileBytes);
  const padded = new Uint8Array(aligned(prelude.headerBytes));
  await readExactly(path, file, { at: PRELUDE_BYTES, bytes: padded });
  if (crc32(padded) !== prelude.headerChecksum) throw corrupted(path, "the header");
  const header = JSON.parse(new TextDecoder().decode(padded.subarray(0, prelude.headerBytes))) as FileHeader;
  return { header, sectionsAt: PRELUDE_BYTES + padded.length };
}

interface SectionBytes {
  readonly header: FileHeader;
  readonly sectionsAt: number;
  readonly bytes: Uint8Array;
}

/** Checks each piece while it is still in the cache. */
async function readChecked(path: string, file: FileHandle, { header, sectionsAt, bytes }: SectionBytes): Promise<void> {
  for (const { name, offset, bytes: length, checksum } of header.sections) {
    const end = offset + aligned(length);
    let found = 0;
    for (let at = offset; at < end; at += READ_BYTES) {
      const piece = bytes.subarray(at, Math.min(end, at + READ_BYTES));
      await readExactly(path, file, { at: sectionsAt + at, bytes: piece });
      found = crc32(piece, found);
    }
    if (found !== checksum) throw corrupted(path, `section "${name}"`);
  }
}

/** A read may give less than was asked for. */
async function readExactly<Bytes extends Uint8Array>(
  path: string,
  file: FileHandle,
  { at, bytes }: { readonly at: number; readonly bytes: Bytes },
): Promise<Bytes> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, at + done);
    if (bytesRead === 0) throw cutShort(path, at + done, at + bytes.length);
    done += bytesRead;
  }
  return bytes;
}
