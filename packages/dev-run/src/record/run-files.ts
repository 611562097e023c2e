/** The folder of a recorder: one file per window, the newest of them. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { CorpusHeader } from "../corpus/corpus-format.ts";
import { CorpusWriter } from "../corpus/corpus-writer.ts";

const SUFFIX = ".runs";

export class RunFiles {
  readonly #folder: string;
  /** The oldest go first. */
  readonly #filesMax: number;
  #written = 0;

  constructor(folder: string, filesMax: number) {
    this.#folder = folder;
    this.#filesMax = filesMax;
  }

  /** @returns the file's path. @throws what the disk refuses with */
  write(startedMs: number, header: CorpusHeader, entries: Iterable<Uint8Array>): string {
    const path = join(this.#folder, `${fileStamp(startedMs)}-${this.#written++}${SUFFIX}`);
    const writer = new CorpusWriter(path, header);
    for (const bytes of entries) writer.addEncoded(bytes);
    writer.close();
    return path;
  }

  /** @returns how many went. */
  removeOld(): number {
    const files = readdirSync(this.#folder)
      .filter((name) => name.endsWith(SUFFIX))
      .sort();
    const old = files.slice(0, Math.max(0, files.length - this.#filesMax));
    for (const name of old) rmSync(join(this.#folder, name), { force: true });
    return old.length;
  }
}

/** Sorts by time: `2026-11-22T10-00-00-000Z`. */
function fileStamp(atMs: number): string {
  return new Date(atMs).toISOString().replaceAll(/[:.]/g, "-");
}
