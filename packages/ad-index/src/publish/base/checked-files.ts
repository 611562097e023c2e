/**
 * Which files of a cached base were checked by SHA-256 not long ago and were not touched since, so that a start need not read all
 * of them again. Kept beside them.
 *
 * What this does not see is a disk that changes bytes by itself: therefore a check counts for a day only. Every write, rename or
 * link changes what the file system says of a file (its change time cannot be set by a program), and a crash cannot undo what was
 * checked: files are forced to the disk before they get their names.
 */
import type { BigIntStats } from "node:fs";
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

const FILE = "checked.json";
const CHECK_COUNTS_MS = 24 * 3_600_000;
/** File systems tell time in ticks: a write shortly after a check may leave the same time behind. */
const TICK_MS = 50;

/** What a check is remembered by. */
interface Check {
  readonly sha256: string;
  /** Of the file system: size, inode, times of the last write and the last change. */
  readonly state: string;
  readonly checkedAtMs: number;
}

export class CheckedFiles {
  readonly #folder: string;
  readonly #nowMs: () => number;
  readonly #checks: Map<string, Check>;

  private constructor(folder: string, nowMs: () => number, checks: Map<string, Check>) {
    this.#folder = folder;
    this.#nowMs = nowMs;
    this.#checks = checks;
  }

  /** Of a base's folder; nothing is known where nothing was kept, or it cannot be read. */
  static async of(folder: string, nowMs: () => number = Date.now): Promise<CheckedFiles> {
    const text = await readFile(join(folder, FILE), "utf8").catch(() => "[]");
    return new CheckedFiles(folder, nowMs, new Map(checksIn(text)));
  }

  /** Whether the file was found to have this digest, and is as it was then. */
  async isChecked(name: string, sha256: string): Promise<boolean> {
    const check = this.#checks.get(name);
    if (check === undefined || check.sha256 !== sha256) return false;
    const ageMs = this.#nowMs() - check.checkedAtMs;
    if (!(ageMs >= 0 && ageMs < CHECK_COUNTS_MS)) return false;
    const now = await stateOf(join(this.#folder, name));
    return now?.state === check.state && now.changedAtMs + TICK_MS < check.checkedAtMs;
  }

  /**
   * The file is what it is to be: call with what {@link stateOf} said before it was read, or after it was made.
   */
  checked(name: string, sha256: string, { state }: FileState): void {
    this.#checks.set(name, { sha256, state, checkedAtMs: this.#nowMs() });
  }

  /** Forgotten where it cannot be written: then files are read again. */
  async keep(): Promise<void> {
    const path = join(this.#folder, FILE);
    await writeFile(`${path}.unfinished`, JSON.stringify([...this.#checks]))
      .then(() => rename(`${path}.unfinished`, path))
      .catch(() => undefined);
  }
}

export interface FileState {
  readonly state: string;
  readonly changedAtMs: number;
}

/** `undefined` where there is no file. */
export async function stateOf(path: string): Promise<FileState | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isFile() === true ? { state: textOf(found), changedAtMs: Number(found.ctimeMs) } : undefined;
}

function textOf({ size, ino, dev, mtimeNs, ctimeNs }: BigIntStats): string {
  return [size, ino, dev, mtimeNs, ctimeNs].join(" ");
}

function checksIn(text: string): readonly [string, Check][] {
  try {
    const kept: unknown = JSON.parse(text);
    return Array.isArray(kept) ? kept.filter((entry): entry is [string, Check] => Array.isArray(entry)) : [];
  } catch {
    return [];
  }
}
