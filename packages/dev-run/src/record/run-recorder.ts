/**
 * Keeps some of a host's runs in corpus files, beside its answers.
 *
 * R1 An answer never waits for it: runs are offered once they have been answered, and made on turns of their own, one at
 *    a time, with a pause between two; none while the host is busy.
 * R2 Everything is bounded: runs that wait, entries and bytes of a window, files of the folder.
 * R3 What it leaves out it counts.
 * R4 A file has its name once it is whole. A process that is killed loses its window, which was never said to be kept.
 */
import { hash } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type HostClock, systemClock } from "@tenon/graph-core";
import type { CorpusHeader } from "../corpus/corpus-format.ts";
import { UNFINISHED_SUFFIX, writeCorpus } from "../corpus/corpus-writer.ts";
import { encodeEntry } from "../corpus/recorded-entry.ts";
import type { MadeEntry } from "./record-entry.ts";
import { type Place, Reservoirs } from "./reservoirs.ts";

export interface RecorderBounds {
  /** Runs of one stratum in one file. */
  readonly perStratumMax: number;
  /** Entries and raw bytes of one file; it is written when either is reached. */
  readonly entriesMax: number;
  readonly bytesMax: number;
  /** Runs that may wait to be made. */
  readonly waitingMax: number;
  /** Pause between two runs that are made. */
  readonly pauseMs: number;
  /** Time after which a file is written. */
  readonly windowMs: number;
  /** Files of the folder; the oldest go first. */
  readonly filesMax: number;
}

/** Five runs a second at most, a file an hour, 64 MiB of memory, a week of files. */
export const RECORDER_BOUNDS: RecorderBounds = {
  perStratumMax: 20,
  entriesMax: 2_000,
  bytesMax: 64 * 2 ** 20,
  waitingMax: 32,
  pauseMs: 200,
  windowMs: 3_600_000,
  filesMax: 168,
};

export interface RecorderOptions {
  readonly folder: string;
  /** Share of plain runs that are looked at, 0 to 1. Rare ones are looked at always. */
  readonly share: number;
  /** What a file says of the runs in it; a window whose versions have changed is written and the next begun. */
  readonly header: () => CorpusHeader;
  readonly versions: () => string;
  readonly isBusy: () => boolean;
  readonly onTrouble: (message: string, error: unknown) => void;
  readonly bounds?: RecorderBounds;
  readonly clock?: HostClock;
  readonly random?: () => number;
}

/** A run that has been answered. */
export interface OfferedRun {
  readonly requestId: string;
  /** It took a path that few take: it is looked at whatever the share. */
  readonly rare: boolean;
  /** Asked only of a run that is looked at. */
  readonly strata: () => readonly string[];
  /** Makes the entry, without personal data. */
  readonly make: () => Promise<MadeEntry>;
}

interface Waiting extends OfferedRun {
  /** Where it was drawn. */
  readonly window: Window;
  readonly drawn: readonly string[];
  readonly places: readonly Place[];
}

const SUFFIX = ".runs";
/** A file is written within a second or two: one that is not whole after a minute is of a process that died. */
const UNFINISHED_MS_MAX = 60_000;

export class RunRecorder {
  /** They only ever grow; `kept` counts entries as they are taken, `replaced` those that later ones of their stratum pushed out, `lost` those the disk refused. */
  readonly counts = {
    offered: 0,
    outsideShare: 0,
    notDrawn: 0,
    shedBusy: 0,
    shedWaiting: 0,
    failed: 0,
    kept: 0,
    replaced: 0,
    written: 0,
    lost: 0,
    filesWritten: 0,
    filesRemoved: 0,
    filesFailed: 0,
  };
  readonly #options: RecorderOptions;
  readonly #bounds: RecorderBounds;
  readonly #clock: HostClock;
  readonly #waiting: Waiting[] = [];
  #window: Window | undefined;
  #making: Promise<void> | undefined;
  #endTimer: (() => void) | undefined;
  #wakeTimer: (() => void) | undefined;
  #stopped = false;
  #files = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#bounds = options.bounds ?? RECORDER_BOUNDS;
    this.#clock = options.clock ?? systemClock;
  }

  /** Takes note of a run that has been answered. Never throws. */
  offer(run: OfferedRun): void {
    const { counts } = this;
    if (this.#stopped) return;
    counts.offered++;
    if (!run.rare && !isInShare(run.requestId, this.#options.share)) {
      counts.outsideShare++;
      return;
    }
    if (this.#options.isBusy()) {
      counts.shedBusy++;
      return;
    }
    if (this.#waiting.length >= this.#bounds.waitingMax) {
      counts.shedWaiting++;
      return;
    }
    const window = this.#current();
    const drawn = run.strata();
    const places = window.reservoirs.draw(drawn);
    if (places.length === 0) {
      counts.notDrawn++;
      return;
    }
    this.#waiting.push({ ...run, window, drawn, places });
    this.#wake(0);
  }

  /** Writes what there is; the file's path, or `undefined` where there is nothing or the disk refuses it. */
  write(): string | undefined {
    const window = this.#window;
    this.#endTimer?.();
    this.#endTimer = undefined;
    this.#window = undefined;
    if (window === undefined || window.entries.size === 0) return undefined;
    const path = join(this.#options.folder, `${fileStamp(window.startedMs)}-${this.#files++}${SUFFIX}`);
    try {
      writeCorpus(path, window.header, (writer) => {
        for (const bytes of window.entries.values()) writer.addEncoded(bytes);
      });
    } catch (error) {
      this.counts.filesFailed++;
      this.counts.lost += window.entries.size;
      this.#options.onTrouble("recorded runs cannot be written", error);
      return undefined;
    }
    this.counts.written += window.entries.size;
    this.counts.filesWritten++;
    try {
      this.#removeOld();
    } catch (error) {
      this.#options.onTrouble("old files of recorded runs cannot be removed", error);
    }
    return path;
  }

  /** Ends after the run that is being made, and writes what there is. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeTimer?.();
    this.counts.shedWaiting += this.#waiting.length;
    this.#waiting.length = 0;
    await this.#making;
    this.write();
  }

  /** Settles when nothing waits: for tests and for taking a corpus by hand. */
  async idle(): Promise<void> {
    while (!this.#stopped && (this.#making !== undefined || this.#waiting.length > 0)) {
      await (this.#making ?? new Promise((resolve) => setImmediate(resolve)));
    }
  }

  #current(): Window {
    const versions = this.#options.versions();
    if (this.#window !== undefined && this.#window.versions !== versions) this.write();
    if (this.#window !== undefined) return this.#window;
    const { perStratumMax, windowMs } = this.#bounds;
    this.#window = {
      startedMs: this.#clock.nowMs(),
      versions,
      header: this.#options.header(),
      reservoirs: new Reservoirs(perStratumMax, this.#options.random ?? Math.random),
      entries: new Map(),
      bytes: 0,
      next: 0,
    };
    this.#endTimer = this.#clock.after(windowMs, () => this.write());
    return this.#window;
  }

  #wake(afterMs: number): void {
    if (this.#wakeTimer !== undefined || this.#making !== undefined) return;
    this.#wakeTimer = this.#clock.after(afterMs, () => {
      this.#wakeTimer = undefined;
      this.#making = this.#makeNext().finally(() => {
        this.#making = undefined;
        if (this.#waiting.length > 0 && !this.#stopped) this.#wake(this.#bounds.pauseMs);
      });
    });
  }

  async #makeNext(): Promise<void> {
    const run = this.#waiting.shift();
    if (run === undefined) return;
    try {
      const { entry } = await run.make();
      this.#take(run, encodeEntry(entry));
    } catch (error) {
      this.counts.failed++;
      this.#options.onTrouble("a run cannot be recorded", error);
    }
  }

  /** A run whose window was written while it waited is drawn anew in the next one. */
  #take({ window: drawnIn, drawn, places }: Waiting, bytes: Uint8Array): void {
    const window = this.#current();
    const found = window === drawnIn ? places : window.reservoirs.draw(drawn);
    if (found.length === 0) this.counts.notDrawn++;
    else this.#keep(window, bytes, found);
  }

  #keep(window: Window, bytes: Uint8Array, places: readonly Place[]): void {
    const run = window.next++;
    window.entries.set(run, bytes);
    window.bytes += bytes.length;
    this.counts.kept++;
    for (const gone of window.reservoirs.put(run, places)) {
      window.bytes -= window.entries.get(gone)?.length ?? 0;
      window.entries.delete(gone);
      this.counts.replaced++;
    }
    if (window.entries.size >= this.#bounds.entriesMax || window.bytes >= this.#bounds.bytesMax) this.write();
  }

  #removeOld(): void {
    const names = readdirSync(this.#options.folder).sort();
    const files = names.filter((name) => name.endsWith(SUFFIX));
    const old = files.slice(0, Math.max(0, files.length - this.#bounds.filesMax));
    const dead = names.filter((name) => name.endsWith(`${SUFFIX}${UNFINISHED_SUFFIX}`) && this.#isDead(name));
    for (const name of [...old, ...dead]) {
      rmSync(join(this.#options.folder, name), { force: true });
      this.counts.filesRemoved++;
    }
  }

  #isDead(name: string): boolean {
    const { mtimeMs } = statSync(join(this.#options.folder, name), { throwIfNoEntry: false }) ?? {};
    return mtimeMs !== undefined && mtimeMs < this.#clock.nowMs() - UNFINISHED_MS_MAX;
  }
}

interface Window {
  readonly startedMs: number;
  readonly versions: string;
  readonly header: CorpusHeader;
  readonly reservoirs: Reservoirs;
  /** Encoded entries by number. */
  readonly entries: Map<number, Uint8Array>;
  bytes: number;
  next: number;
}

/** Decided by the request id alone, so that all hosts of a fleet look at the same requests. */
function isInShare(requestId: string, share: number): boolean {
  return Number.parseInt(hash("sha256", requestId).slice(0, 8), 16) / 2 ** 32 < share;
}

/** Sorts by time: `2026-11-22T10-00-00-000Z`. */
function fileStamp(atMs: number): string {
  return new Date(atMs).toISOString().replaceAll(/[:.]/g, "-");
}
