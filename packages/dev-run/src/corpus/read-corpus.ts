/** Reads a corpus file block by block: what is held at once is bounded, whatever the file says. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { zstdDecompressSync } from "node:zlib";
import type { GraphError } from "@tenon/graph-core";
import { devRunError } from "../dev-run-error.ts";
import {
  BLOCK_BYTES,
  BLOCK_HEAD_BYTES,
  blockSum,
  type CorpusHeader,
  END_BYTES,
  END_MARK,
  ENTRY_BYTES_MAX,
  FORMAT,
  HEADER_BYTES_MAX,
  headerSum,
  MAGIC,
  PREFIX_BYTES,
} from "./corpus-format.ts";
import { decodeEntry, type RecordedEntry } from "./recorded-entry.ts";

/** Stored and raw bytes of one block: the last entry may lie beyond the mark. */
const BLOCK_BYTES_MAX = BLOCK_BYTES + ENTRY_BYTES_MAX + 4;

export interface Corpus {
  readonly path: string;
  readonly header: CorpusHeader;
  /** Entries in the order they were written; each call reads the file again. Only a loop that ends has seen the whole hash. */
  readonly entries: () => Generator<RecordedEntry>;
}

/**
 * Opens a corpus and reads its header.
 *
 * @throws GraphError TENON2000 for another kind of file or another format; TENON2001, also from the entries, for damage,
 *   with its place; TENON2003 when the file cannot be read
 */
export function readCorpus(path: string): Corpus {
  const file = new CorpusFile(path);
  try {
    return { path, header: file.header(), entries: () => entriesOf(path) };
  } finally {
    file.close();
  }
}

/** SHA-256 over a whole corpus, hex: its last 32 bytes, after every entry was read. @throws as {@link readCorpus} */
export function corpusHash(corpus: Corpus): string {
  const file = new CorpusFile(corpus.path);
  try {
    file.header();
    for (;;) {
      const block = file.block();
      if (block === undefined) return file.hash;
    }
  } finally {
    file.close();
  }
}

/** The entry of a request. @throws GraphError TENON2004 when the corpus holds none; else as {@link readCorpus} */
export function findEntry(corpus: Corpus, requestId: string): RecordedEntry {
  let count = 0;
  for (const entry of corpus.entries()) {
    if (entry.recording.requestId === requestId) return entry;
    count++;
  }
  throw noSuchEntry({
    message: `corpus "${corpus.path}" holds no run "${requestId}"`,
    detail: `it holds ${count} runs of ${corpus.header.graphs.map(({ name }) => `"${name}"`).join(", ")}`,
  });
}

/** TENON2004. */
export function noSuchEntry(facts: { readonly message: string; readonly detail: string }): GraphError {
  return devRunError("noSuchEntry", { ...facts, hint: "`tenon replay CORPUS --ids` lists its runs" });
}

function* entriesOf(path: string): Generator<RecordedEntry> {
  const file = new CorpusFile(path);
  try {
    file.header();
    for (let block = file.block(); block !== undefined; block = file.block()) yield* block;
  } finally {
    file.close();
  }
}

class CorpusFile {
  readonly #path: string;
  readonly #file: number;
  readonly #hash = createHash("sha256");
  #at = 0;
  #blocks = 0;
  #entries = 0;
  /** Set once the end was read. */
  hash = "";

  constructor(path: string) {
    this.#path = path;
    this.#file = this.#kept(() => openSync(path, "r"));
  }

  close(): void {
    closeSync(this.#file);
  }

  header(): CorpusHeader {
    const prefix = this.#read(PREFIX_BYTES);
    if (prefix.length < MAGIC.length || !prefix.subarray(0, MAGIC.length).equals(MAGIC)) {
      throw this.#foreign("expected it to begin with TENONRUN");
    }
    if (prefix.length < PREFIX_BYTES) throw this.#damaged(0, "it ends within its head");
    const format = prefix.readUInt16LE(8);
    if (format !== FORMAT) throw this.#foreign(`found format ${format}, this version reads format ${FORMAT}`);
    const length = prefix.readUInt32LE(12);
    if (length > HEADER_BYTES_MAX) throw this.#damaged(12, `its header says it has ${length} bytes`);
    const head = Buffer.concat([prefix, this.#read(length)]);
    if (head.length !== PREFIX_BYTES + length || headerSum(head) !== prefix.readUInt32LE(16)) {
      throw this.#damaged(PREFIX_BYTES, "the sum of its header does not fit");
    }
    this.#hash.update(head);
    return JSON.parse(head.subarray(PREFIX_BYTES).toString()) as CorpusHeader;
  }

  /** The entries of the next block; `undefined` at the end, which fits what was read. */
  block(): readonly RecordedEntry[] | undefined {
    const start = this.#at;
    const head = this.#read(BLOCK_HEAD_BYTES);
    if (head.length < 12) throw this.#damaged(start, "it ends before its end: it was not finished, or cut");
    if (head.readUInt32LE(0) === END_MARK) return this.#end(start, head);
    if (head.length < BLOCK_HEAD_BYTES) throw this.#damaged(start, `it ends within block ${this.#blocks + 1}`);
    const [storedBytes, rawBytes, count] = [0, 4, 8].map((at) => head.readUInt32LE(at)) as [number, number, number];
    if (storedBytes > BLOCK_BYTES_MAX || rawBytes > BLOCK_BYTES_MAX) {
      throw this.#damaged(start, `a block says it has ${storedBytes} bytes, ${rawBytes} of entries`);
    }
    const stored = this.#read(storedBytes);
    if (stored.length !== storedBytes) throw this.#damaged(start, `it ends within block ${this.#blocks + 1}`);
    if (blockSum(head, stored) !== head.readUInt32LE(12)) {
      throw this.#damaged(start, `the sum of block ${this.#blocks + 1} does not fit`);
    }
    this.#hash.update(head).update(stored);
    this.#blocks++;
    this.#entries += count;
    return this.#entriesIn(stored, { start, rawBytes, count });
  }

  #entriesIn(
    stored: Buffer,
    { start, rawBytes, count }: { readonly start: number; readonly rawBytes: number; readonly count: number },
  ): readonly RecordedEntry[] {
    try {
      const raw = zstdDecompressSync(stored, { maxOutputLength: Math.max(1, rawBytes) });
      const entries: RecordedEntry[] = [];
      let at = 0;
      while (at < raw.length) {
        const end = at + 4 + raw.readUInt32LE(at);
        entries.push(decodeEntry(raw.subarray(at + 4, end)));
        at = end;
      }
      if (at === rawBytes && entries.length === count) return entries;
    } catch (error) {
      throw this.#damaged(start, `block ${this.#blocks} holds no entries: ${(error as Error).message}`);
    }
    throw this.#damaged(start, `block ${this.#blocks} does not hold the ${count} entries it names`);
  }

  #end(start: number, head: Buffer): undefined {
    const end = Buffer.concat([head, this.#read(END_BYTES - head.length)]);
    this.hash = this.#hash.update(end.subarray(0, 12)).digest("hex");
    const fits =
      end.length === END_BYTES &&
      end.readUInt32LE(4) === this.#blocks &&
      end.readUInt32LE(8) === this.#entries &&
      end.subarray(12).toString("hex") === this.hash;
    if (!fits) throw this.#damaged(start, "the hash at its end is not that of what stands before it");
    if (this.#read(1).length > 0) throw this.#damaged(start + END_BYTES, "it goes on after its end");
    return undefined;
  }

  /** The next bytes, fewer at the end of the file. */
  #read(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    let read = 0;
    while (read < length) {
      const got = this.#kept(() => readSync(this.#file, bytes, read, length - read, this.#at + read));
      if (got === 0) break;
      read += got;
    }
    this.#at += read;
    return bytes.subarray(0, read);
  }

  #kept<Value>(read: () => Value): Value {
    try {
      return read();
    } catch (error) {
      throw devRunError("cannotKeep", {
        message: `corpus "${this.#path}" cannot be read`,
        detail: (error as Error).message,
        hint: "`tenon record` makes one; name the file as it stands on this disk",
        cause: error,
      });
    }
  }

  #foreign(detail: string): Error {
    return devRunError("foreignCorpus", {
      message: `"${this.#path}" is no corpus that this version reads`,
      detail,
      hint: "make it anew with `tenon record`; for the corpora of this repository `npm run corpus`",
    });
  }

  #damaged(at: number, detail: string): Error {
    return devRunError("damagedCorpus", {
      message: `corpus "${this.#path}" is damaged at byte ${at}`,
      detail,
      hint: "take it from where it was made, or make it anew with `tenon record`",
    });
  }
}
