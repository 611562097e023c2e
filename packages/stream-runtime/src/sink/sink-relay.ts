/** Sends what waits in the outbox of handlers, while this process holds the lease (S3). */
import type { EventLog } from "@tenon/event-log/api";
import { streamError } from "../task/stream-error.ts";
import type { SinkOutbox, WaitingMessage } from "./sink-outbox.ts";

export interface SinkRelayOptions {
  /** Messages of one append, and bytes of their values; one message goes whatever its size. */
  readonly rowsMax: number;
  readonly bytesMax: number;
  /** Whether messages of a topic may leave now; the others wait in the outbox, in order. Default: all may. */
  readonly mayLeave?: (topic: string) => boolean;
}

export const SINK_RELAY: SinkRelayOptions = { rowsMax: 1_000, bytesMax: 8 * 2 ** 20 };

export class SinkRelay {
  /** Messages that the log has taken from this process, by topic. */
  readonly sent = new Map<string, number>();
  /** Appends that the log refused, or whose outcome it did not say. */
  failures = 0;
  /** Topics that had messages: at most those of the handlers. */
  readonly #known = new Set<string>();
  readonly #outbox: Omit<SinkOutbox<never>, "add">;
  readonly #log: EventLog;
  readonly #options: SinkRelayOptions;

  constructor(outbox: Omit<SinkOutbox<never>, "add">, log: EventLog, options: SinkRelayOptions) {
    this.#outbox = outbox;
    this.#log = log;
    this.#options = options;
  }

  /**
   * Sends a batch of every topic for which messages wait. Resolves with how many were sent. A topic that the log does not take
   * holds up no other.
   *
   * @param where `known`: only of topics that had messages before, without looking for others
   * @throws GraphError TENON1806 after all topics were tried, for the first one that failed
   */
  async step(signal: AbortSignal, where: "known" | "everywhere" = "everywhere"): Promise<number> {
    let sent = 0;
    let failure: Error | undefined;
    const topics = where === "known" && this.#known.size > 0 ? this.#known : await this.#outbox.topics();
    for (const topic of topics) this.#known.add(topic);
    for (const topic of [...topics]) {
      if (this.#options.mayLeave?.(topic) === false) continue;
      const messages = await this.#outbox.next(topic, this.#options);
      // Without the lease nothing new is sent: somebody else may be at it.
      if (messages.length === 0 || signal.aborted) continue;
      try {
        await this.#log.append(messages.map(({ seq: _, ...record }) => record));
      } catch (error) {
        this.failures++;
        failure ??= notTaken(topic, messages, error);
        continue;
      }
      await this.#outbox.remove(messages);
      sent += messages.length;
      this.sent.set(topic, (this.sent.get(topic) ?? 0) + messages.length);
    }
    if (failure !== undefined) throw failure;
    return sent;
  }
}

function notTaken(topic: string, messages: readonly WaitingMessage[], cause: unknown): Error {
  return streamError("relayFailed", `messages of handlers cannot be appended to ${topic} (${messages.length} tried)`, {
    detail: cause instanceof Error ? cause.message : String(cause),
    hint: "they are safe in the outbox and are sent when the log takes them again; handlers go on until it is full",
    cause,
  });
}
