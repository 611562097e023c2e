/**
 * Writes one corpus file. It is there, whole, once `close` has returned, and not at all before: what a process that died
 * leaves has another name, and no end.
 */
import { createHash, type Hash } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants as constantsOfFiles,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { devRunError } from "../dev-run-error.ts";
import {
  BLOCK_BYTES,
  blockHead,
  type CorpusHeader,
  END_BYTES,
  END_MARK,
  ENTRY_BYTES_MAX,
  encodeHeader,
} from "./corpus-format.ts";
import { encodeEntry, type RecordedEntry } from "./recorded-entry.ts";

/** Level of the compressor: 12 is within 3 % of the smallest at a tenth of its time. */
const LEVEL = 12;
/** A file that was not ended has its name and this. */
export const UNFINISHED_SUFFIX = ".unfinished";

/**
 * Writes a corpus, or leaves nothing behind.
 *
 * @throws GraphError TENON2002, TENON2003; what `fill` throws
 */
export function writeCorpus(path: string, header: CorpusHeader, fill: (writer: CorpusWriter) => void): CorpusWriter {
  const writer = new CorpusWriter(path, header);
  try {
    fill(writer);
    writer.close();
    return writer;
  } catch (error) {
    writer.discard();
    throw error;
  }
}

/** Says before any work that a corpus cannot be written there; makes its folder. @throws GraphError TENON2003 */
export function requireCorpusPlace(path: string): void {
  kept(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error("it is a folder");
    accessSync(dirname(path), constantsOfFiles.W_OK);
  });
}

export class CorpusWriter {
  readonly path: string;
  /** Entries written so far. */
  entries = 0;
  /** Bytes on disk so far; what waits for its block is not among them. */
  bytes = 0;
  readonly #hash: Hash = createHash("sha256");
  readonly #file: number;
  #open = true;
  #blocks = 0;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #waitingEntries = 0;

  /** @throws GraphError TENON2003 when the file cannot be made */
  constructor(path: string, header: CorpusHeader) {
    this.path = path;
    requireCorpusPlace(path);
    this.#file = kept(path, () => openSync(this.#unfinished, "w"));
    try {
      this.#write(encodeHeader(header));
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  get #unfinished(): string {
    return `${this.path}${UNFINISHED_SUFFIX}`;
  }

  /** @throws GraphError TENON2002 for an entry beyond the bound; TENON2003 when the disk refuses it */
  add(entry: RecordedEntry): void {
    const bytes = encodeEntry(entry);
    if (bytes.length > ENTRY_BYTES_MAX) throw tooLarge(entry, bytes.length);
    this.addEncoded(bytes);
  }

  /** Adds what `encodeEntry` gave, within the bound. @throws GraphError TENON2003 */
  addEncoded(bytes: Uint8Array): void {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    this.#waiting.push(length, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    this.#waitingBytes += 4 + bytes.length;
    this.#waitingEntries++;
    this.entries++;
    if (this.#waitingBytes >= BLOCK_BYTES) this.#closeBlock();
  }

  /** Ends the file and gives it its name. @throws GraphError TENON2003 */
  close(): void {
    this.#closeBlock();
    const end = Buffer.alloc(END_BYTES);
    end.writeUInt32LE(END_MARK, 0);
    end.writeUInt32LE(this.#blocks, 4);
    end.writeUInt32LE(this.entries, 8);
    this.#hash.update(end.subarray(0, 12));
    end.set(this.#hash.digest(), 12);
    kept(this.path, () => {
      this.#writeAll(end);
      this.#closeFile();
      renameSync(this.#unfinished, this.path);
    });
  }

  /** Leaves nothing behind; the file that had the name before stays. May be called after a failure. */
  discard(): void {
    this.#closeFile();
    rmSync(this.#unfinished, { force: true });
  }

  #closeFile(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#file);
  }

  #closeBlock(): void {
    if (this.#waitingEntries === 0) return;
    const raw = Buffer.concat(this.#waiting, this.#waitingBytes);
    const stored = zstdCompressSync(raw, { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } });
    this.#write(blockHead(stored, raw.length, this.#waitingEntries));
    this.#write(stored);
    this.#blocks++;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#waitingEntries = 0;
  }

  #write(bytes: Buffer): void {
    this.#hash.update(bytes);
    kept(this.path, () => this.#writeAll(bytes));
    this.bytes += bytes.length;
  }

  #writeAll(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
  }
}

function kept<Value>(path: string, write: () => Value): Value {
  try {
    return write();
  } catch (error) {
    throw devRunError("cannotKeep", {
      message: `corpus "${path}" cannot be written`,
      detail: (error as Error).message,
      hint: "name a file in a folder that this process may write, with room on its disk",
      cause: error,
    });
  }
}

function tooLarge({ recording }: RecordedEntry, bytes: number): Error {
  return devRunError("corpusBound", {
    message: `run "${recording.requestId}" of graph "${recording.graph}" is too large for a corpus`,
    graph: recording.graph,
    detail: `it has ${bytes} bytes, at most ${ENTRY_BYTES_MAX} may be kept`,
    hint: "leave it out; the largest part is mostly one read: ask for fewer columns or rows in it",
  });
}
