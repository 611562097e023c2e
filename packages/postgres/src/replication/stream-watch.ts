/**
 * Keeps a slot's stream alive: tells the server how far the consumer is, and notices a server that has gone silent.
 *
 * While it decodes a large transaction the server speaks only at half of its timeout, so part of a message is a word, too; and
 * while this process was busy nobody could have heard one.
 */
import type { ReplicationStream, StreamStatus } from "./replication.ts";

const STATUS_MS = 100;
/** A server that was silent for so long is asked to answer. */
const ASK_AFTER_MS = 1_000;
/** A tick this late tells of a busy process, not of a silent server. */
const BUSY_MS = 1_000;
/** One that says nothing for so long is gone, whatever the socket says. */
const SILENCE_MS_MAX = 10_000;

export interface StreamWatchOptions {
  readonly stream: ReplicationStream;
  /** What to tell the server: received, and stored by the consumer. */
  readonly status: () => Pick<StreamStatus, "received" | "flushed">;
  /** Called once, with how long nothing was heard. */
  readonly onSilence: (silentMs: number) => void;
  /** Default 10,000. */
  readonly silenceMsMax?: number | undefined;
}

export class StreamWatch {
  readonly #options: StreamWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #heardAt = performance.now();
  #heardBytes = 0;
  #tickedAt = performance.now();
  #paused = false;

  constructor(options: StreamWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), STATUS_MS);
  }

  /** A message has come. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#options.stream.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.heard();
    this.#options.stream.resume();
  }

  tell(replyRequested = false): void {
    this.#options.stream.sendStatus({ ...this.#options.status(), replyRequested });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const { stream, onSilence, silenceMsMax = SILENCE_MS_MAX } = this.#options;
    const now = performance.now();
    const bytes = stream.bytesRead;
    if (bytes > this.#heardBytes || now - this.#tickedAt > BUSY_MS) this.#heardAt = now;
    this.#heardBytes = bytes;
    this.#tickedAt = now;
    const silentMs = now - this.#heardAt;
    if (!this.#paused && silentMs > silenceMsMax) {
      this.stop();
      onSilence(silentMs);
      return;
    }
    this.tell(silentMs > Math.min(ASK_AFTER_MS, silenceMsMax / 2));
  }
}
