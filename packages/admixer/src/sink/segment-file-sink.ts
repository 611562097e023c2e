/** The file binding of the append sink: one writer, segments of bounded size, retry on failure, deletion of the oldest. */
import { readFileSync, rmSync, truncateSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { type HostClock, systemClock } from "@tenon/graph-core";
import { hostError } from "../host/host-error.ts";
import { settledWithin } from "../host/in-time.ts";
import type { AppendSink, LogRecord, SinkCounts } from "./append-sink.ts";
import { segmentPath, segmentsOf, takeFolder } from "./log-folder.ts";
import { decodeSegment, encodeFrame, encodeHeader, type SegmentHeader } from "./segment-format.ts";

/** Longest time written bytes stay unforced under `interval`. */
const SYNC_INTERVAL_MS = 100;
const RETRY_MS = 200;
/** Longest time for the last segment to be forced to the disk and closed, ms: a disk that hangs keeps no host alive. */
const LET_GO_MAX_MS = 5_000;
/** Bytes of one write: bounds how long the buffer is copied and how much a failed write repeats. */
const WRITE_BYTES_MAX = 4 * 2 ** 20;

export interface SegmentFileOptions {
  readonly folder: string;
  /** Asked for at the start of every segment. */
  readonly header: () => SegmentHeader;
  readonly fsync: "never" | "interval" | "always";
  readonly segmentBytesMax: number;
  readonly bufferBytesMax: number;
  readonly keepBytesMax: number;
  readonly clock?: HostClock;
  /** Told about every write that failed. */
  readonly onFailure?: (error: unknown) => void;
}

interface OpenSegment {
  readonly handle: FileHandle;
  readonly path: string;
  /** Bytes of whole frames. */
  bytes: number;
}

/** @throws GraphError TENON1604 when the folder cannot be written or another process has it */
export function openSegmentFiles(options: SegmentFileOptions): AppendSink {
  const release = takeFolder(options.folder);
  try {
    return new SegmentFileSink(options, release, cutTornTail(options.folder));
  } catch (error) {
    release();
    throw error;
  }
}

/** Cuts what an earlier process left unfinished; gives its size. Damage elsewhere is left for readers to report. */
function cutTornTail(folder: string): number {
  const last = segmentsOf(folder).at(-1);
  if (last === undefined) return 0;
  try {
    const { soundBytes, tornBytes } = decodeSegment(readFileSync(last.path), last.name);
    if (tornBytes > 0) truncateSync(last.path, soundBytes);
    return tornBytes;
  } catch {
    return 0;
  }
}

class SegmentFileSink implements AppendSink {
  readonly #options: SegmentFileOptions;
  readonly #clock: HostClock;
  readonly #release: () => void;
  readonly #tornBytes: number;
  #pending: Buffer[] = [];
  #bufferedBytes = 0;
  #appended = 0;
  #acknowledged = 0;
  #writtenBytes = 0;
  #writeFailures = 0;
  #lost = 0;
  #segments = 0;
  #deletedSegments = 0;
  #nextNumber: number;
  #segment: OpenSegment | undefined;
  #writing: Promise<void> | undefined;
  #failing = false;
  #closed = false;
  #syncedAtMs = 0;
  #cancelSync: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;
  #roomWaiters: (() => void)[] = [];
  #flushWaiters: { readonly upTo: number; readonly done: () => void }[] = [];

  constructor(options: SegmentFileOptions, release: () => void, tornBytes: number) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#release = release;
    this.#tornBytes = tornBytes;
    this.#nextNumber = (segmentsOf(options.folder).at(-1)?.number ?? 0) + 1;
  }

  get counts(): SinkCounts {
    return {
      appendedRecords: this.#appended,
      acknowledgedRecords: this.#acknowledged,
      bufferedBytes: this.#bufferedBytes,
      writtenBytes: this.#writtenBytes,
      writeFailures: this.#writeFailures,
      lostRecords: this.#lost,
      segments: this.#segments,
      deletedSegments: this.#deletedSegments,
      tornBytes: this.#tornBytes,
    };
  }

  get healthy(): boolean {
    return !this.#failing;
  }

  get hasRoom(): boolean {
    return this.#bufferedBytes < this.#options.bufferBytesMax;
  }

  append(record: LogRecord): void {
    if (this.#closed) {
      throw hostError("notReady", {
        message: "the log is closed",
        hint: "append before the host stops; requests are refused by then",
      });
    }
    const frame = encodeFrame(record);
    this.#pending.push(frame);
    this.#bufferedBytes += frame.length;
    this.#appended++;
    this.#start();
  }

  waitForRoom(waitMaxMs: number): Promise<boolean> {
    if (this.hasRoom) return Promise.resolve(true);
    return new Promise((resolve) => {
      const cancel = this.#clock.after(waitMaxMs, () => {
        this.#roomWaiters = this.#roomWaiters.filter((each) => each !== waiter);
        resolve(this.hasRoom);
      });
      const waiter = () => {
        cancel();
        resolve(true);
      };
      this.#roomWaiters.push(waiter);
    });
  }

  flush(): Promise<void> {
    const upTo = this.#appended;
    if (this.#acknowledged >= upTo) return Promise.resolve();
    return new Promise((done) => this.#flushWaiters.push({ upTo, done }));
  }

  /** One write loop at a time; none while a retry is due. */
  #start(): void {
    if (this.#writing !== undefined || this.#cancelRetry !== undefined || this.#pending.length === 0) return;
    // Started on its own turn, so that the records of one request are written together.
    this.#writing = Promise.resolve()
      .then(() => this.#writeAll())
      .finally(() => {
        this.#writing = undefined;
        if (!this.#failing) this.#start();
      });
  }

  async #writeAll(): Promise<void> {
    while (this.#pending.length > 0) {
      const frames = this.#nextBatch();
      const bytes = frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames);
      try {
        await this.#write(bytes);
      } catch (error) {
        await this.#failed(error);
        return;
      }
      this.#failing = false;
      this.#pending.splice(0, frames.length);
      this.#bufferedBytes -= bytes.length;
      this.#writtenBytes += bytes.length;
      this.#acknowledged += frames.length;
      this.#wake();
    }
  }

  #nextBatch(): readonly Buffer[] {
    let bytes = 0;
    const upTo = this.#pending.findIndex((frame) => {
      bytes += frame.length;
      return bytes > WRITE_BYTES_MAX;
    });
    return this.#pending.slice(0, upTo === -1 ? this.#pending.length : Math.max(1, upTo));
  }

  async #write(bytes: Buffer): Promise<void> {
    const segment = await this.#segmentFor(bytes.length);
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await segment.handle.write(
        bytes,
        written,
        bytes.length - written,
        segment.bytes + written,
      );
      written += bytesWritten;
    }
    if (this.#options.fsync === "always") await segment.handle.datasync();
    segment.bytes += bytes.length;
    if (this.#options.fsync === "interval") this.#syncSoon();
  }

  async #segmentFor(bytes: number): Promise<OpenSegment> {
    const current = this.#segment;
    if (current !== undefined && current.bytes + bytes <= this.#options.segmentBytesMax) return current;
    if (current !== undefined) await this.#finish(current);
    const header = encodeHeader(this.#options.header());
    const { handle, path } = await this.#create();
    this.#segment = { handle, path, bytes: 0 };
    await handle.write(header, 0, header.length, 0);
    this.#segment.bytes = header.length;
    this.#segments++;
    this.#deleteOldest();
    return this.#segment;
  }

  async #create(): Promise<{ readonly handle: FileHandle; readonly path: string }> {
    const path = segmentPath(this.#options.folder, this.#nextNumber++);
    return { path, handle: await open(path, "wx") };
  }

  async #finish(segment: OpenSegment): Promise<void> {
    this.#segment = undefined;
    this.#cancelSync?.();
    this.#cancelSync = undefined;
    try {
      if (this.#options.fsync !== "never") await segment.handle.datasync();
    } finally {
      await segment.handle.close();
    }
  }

  /** Cuts the unfinished frame off and tries again in a new segment. Where even that fails, a record can stand in both. */
  async #failed(error: unknown): Promise<void> {
    this.#failing = true;
    this.#writeFailures++;
    this.#options.onFailure?.(error);
    const segment = this.#segment;
    this.#segment = undefined;
    this.#cancelSync?.();
    this.#cancelSync = undefined;
    if (segment !== undefined) {
      await segment.handle.truncate(segment.bytes).catch(() => undefined);
      await segment.handle.close().catch(() => undefined);
    }
    if (this.#closed) return;
    this.#cancelRetry = this.#clock.after(RETRY_MS, () => {
      this.#cancelRetry = undefined;
      this.#start();
    });
  }

  #syncSoon(): void {
    if (this.#cancelSync !== undefined) return;
    const waitMs = Math.max(0, this.#syncedAtMs + SYNC_INTERVAL_MS - this.#clock.monotonicMs());
    this.#cancelSync = this.#clock.after(waitMs, () => {
      this.#cancelSync = undefined;
      this.#syncedAtMs = this.#clock.monotonicMs();
      this.#segment?.handle.datasync().catch((error: unknown) => {
        this.#writeFailures++;
        this.#options.onFailure?.(error);
      });
    });
  }

  #deleteOldest(): void {
    const segments = segmentsOf(this.#options.folder);
    let kept = segments.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { path, bytes } of segments) {
      if (kept <= this.#options.keepBytesMax || path === this.#segment?.path) return;
      rmSync(path, { force: true });
      kept -= bytes;
      this.#deletedSegments++;
    }
  }

  #wake(): void {
    if (this.hasRoom) for (const waiter of this.#roomWaiters.splice(0)) waiter();
    const ready = this.#flushWaiters.filter(({ upTo }) => upTo <= this.#acknowledged);
    this.#flushWaiters = this.#flushWaiters.filter(({ upTo }) => upTo > this.#acknowledged);
    for (const { done } of ready) done();
  }

  async close(waitMaxMs: number): Promise<void> {
    if (this.#closed) return;
    await settledWithin(this.#clock, waitMaxMs, this.flush());
    this.#closed = true;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#cancelSync?.();
    this.#lost = this.#appended - this.#acknowledged;
    if (this.#lost > 0)
      this.#options.onFailure?.(
        new Error(`${this.#lost} records could not be written within ${waitMaxMs} ms and are lost`),
      );
    const isLetGo = await settledWithin(this.#clock, LET_GO_MAX_MS, this.#letGo());
    if (isLetGo !== undefined) this.#release();
    // The folder stays taken by this process, whose write is out; it is free when the process has ended.
    else this.#options.onFailure?.(new Error(`the last segment could not be closed within ${LET_GO_MAX_MS} ms`));
  }

  async #letGo(): Promise<void> {
    if (this.#lost === 0) await this.#writing;
    if (this.#segment !== undefined)
      await this.#finish(this.#segment).catch((error: unknown) => this.#options.onFailure?.(error));
  }
}
