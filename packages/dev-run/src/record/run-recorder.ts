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
import { type HostClock, systemClock } from "@tenon/graph-core";
import type { CorpusHeader } from "../corpus/corpus-format.ts";
import { encodeEntry } from "../corpus/recorded-entry.ts";
import type { MadeEntry } from "./record-entry.ts";
import { RecordedWindow } from "./recorded-window.ts";
import { RECORDER_BOUNDS, type RecorderBounds } from "./recorder-bounds.ts";
import type { Place } from "./reservoirs.ts";
import { RunFiles } from "./run-files.ts";

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
  readonly window: RecordedWindow;
  readonly drawn: readonly string[];
  readonly places: readonly Place[];
}

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
  #window: RecordedWindow | undefined;
  #making: Promise<void> | undefined;
  #endTimer: (() => void) | undefined;
  #wakeTimer: (() => void) | undefined;
  #stopped = false;
  readonly #files: RunFiles;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#bounds = options.bounds ?? RECORDER_BOUNDS;
    this.#clock = options.clock ?? systemClock;
    this.#files = new RunFiles(options.folder, this.#bounds.filesMax, this.#clock);
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
    if (window === undefined || window.size === 0) return undefined;
    try {
      const path = this.#files.write(window.startedMs, window.header, window.entries());
      this.counts.written += window.size;
      this.counts.filesWritten++;
      this.#removeOld();
      return path;
    } catch (error) {
      this.counts.filesFailed++;
      this.counts.lost += window.size;
      this.#options.onTrouble("recorded runs cannot be written", error);
      return undefined;
    }
  }

  #removeOld(): void {
    try {
      this.counts.filesRemoved += this.#files.removeOld();
    } catch (error) {
      this.#options.onTrouble("old files of recorded runs cannot be removed", error);
    }
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

  #current(): RecordedWindow {
    const versions = this.#options.versions();
    if (this.#window !== undefined && this.#window.versions !== versions) this.write();
    if (this.#window !== undefined) return this.#window;
    const { perStratumMax, windowMs } = this.#bounds;
    this.#window = new RecordedWindow({
      ...{ startedMs: this.#clock.nowMs(), versions, header: this.#options.header() },
      ...{ perStratumMax, random: this.#options.random ?? Math.random },
    });
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

  #keep(window: RecordedWindow, bytes: Uint8Array, places: readonly Place[]): void {
    this.counts.kept++;
    this.counts.replaced += window.put(bytes, places);
    if (window.size >= this.#bounds.entriesMax || window.bytes >= this.#bounds.bytesMax) this.write();
  }
}

/** Decided by the request id alone, so that all hosts of a fleet look at the same requests. */
function isInShare(requestId: string, share: number): boolean {
  return Number.parseInt(hash("sha256", requestId).slice(0, 8), 16) / 2 ** 32 < share;
}
