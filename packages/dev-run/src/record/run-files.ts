/** The folder of a recorder: one file per window, the newest of them. */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { HostClock } from "@tenon/graph-core";
import type { CorpusHeader } from "../corpus/corpus-format.ts";
import { UNFINISHED_SUFFIX, writeCorpus } from "../corpus/corpus-writer.ts";

const SUFFIX = ".runs";
/** A file is written within a second or two: one that is not whole after a minute is of a process that died. */
const UNFINISHED_MS_MAX = 60_000;

export class RunFiles {
  readonly #folder: string;
  /** The oldest go first. */
  readonly #filesMax: number;
  readonly #clock: HostClock;
  #written = 0;

  constructor(folder: string, filesMax: number, clock: HostClock) {
    this.#folder = folder;
    this.#filesMax = filesMax;
    this.#clock = clock;
  }

  /** @returns the file's path. @throws what the disk refuses with */
  write(startedMs: number, header: CorpusHeader, entries: Iterable<Uint8Array>): string {
    const path = join(this.#folder, `${fileStamp(startedMs)}-${this.#written++}${SUFFIX}`);
    writeCorpus(path, header, (writer) => {
      for (const bytes of entries) writer.addEncoded(bytes);
    });
    return path;
  }

  /** And what processes that died have not ended. @returns how many went. */
  removeOld(): number {
    const names = readdirSync(this.#folder).sort();
    const files = names.filter((name) => name.endsWith(SUFFIX));
    const old = files.slice(0, Math.max(0, files.length - this.#filesMax));
    const dead = names.filter((name) => name.endsWith(`${SUFFIX}${UNFINISHED_SUFFIX}`) && this.#isDead(name));
    for (const name of [...old, ...dead]) rmSync(join(this.#folder, name), { force: true });
    return old.length + dead.length;
  }

  #isDead(name: string): boolean {
    const { mtimeMs } = statSync(join(this.#folder, name), { throwIfNoEntry: false }) ?? {};
    return mtimeMs !== undefined && mtimeMs < this.#clock.nowMs() - UNFINISHED_MS_MAX;
  }
}

/** Sorts by time: `2026-11-22T10-00-00-000Z`. */
function fileStamp(atMs: number): string {
  return new Date(atMs).toISOString().replaceAll(/[:.]/g, "-");
}
