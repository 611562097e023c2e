import type { HostClock } from "@tenon/graph-core";
import type { SinkMessage, SinkOutbox, SinkStatus, WaitingMessage } from "./sink-outbox.ts";

interface Joinable {
  onCommit(effect: () => void): void;
}

interface Row extends WaitingMessage {
  readonly addedAtMs: number;
}

/** Messages in memory, for property tests and simulations. */
export class MemorySinkOutbox<Joined extends Joinable> implements SinkOutbox<Joined> {
  readonly #clock: Pick<HostClock, "nowMs">;
  readonly #rows = new Map<bigint, Row>();
  #seq = 0n;

  constructor(clock: Pick<HostClock, "nowMs">) {
    this.#clock = clock;
  }

  async add(tx: Joined, messages: readonly SinkMessage[]): Promise<void> {
    tx.onCommit(() => {
      const addedAtMs = this.#clock.nowMs();
      for (const message of messages) {
        const seq = ++this.#seq;
        this.#rows.set(seq, { ...message, seq, addedAtMs });
      }
    });
  }

  async topics(): Promise<readonly string[]> {
    return [...new Set(this.#all().map(({ topic }) => topic))];
  }

  async next(
    topic: string,
    { rowsMax, bytesMax }: { readonly rowsMax: number; readonly bytesMax: number },
  ): Promise<readonly WaitingMessage[]> {
    const own = this.#all().filter((row) => row.topic === topic);
    let bytes = 0;
    const fits = own.slice(0, rowsMax).filter(({ value }, index) => {
      const before = bytes;
      bytes += value.byteLength;
      return index === 0 || before < bytesMax;
    });
    return fits.map(({ addedAtMs: _, ...message }) => message);
  }

  async remove(messages: readonly WaitingMessage[]): Promise<void> {
    for (const { seq } of messages) this.#rows.delete(seq);
  }

  async waiting(max: number): Promise<number> {
    return Math.min(max, this.#rows.size);
  }

  async status(): Promise<readonly SinkStatus[]> {
    const nowMs = this.#clock.nowMs();
    return [...Map.groupBy(this.#all(), ({ topic }) => topic)].map(([topic, rows]) => ({
      ...{ topic, waiting: rows.length, oldestMs: nowMs - (rows[0] as Row).addedAtMs },
    }));
  }

  #all(): readonly Row[] {
    return [...this.#rows.values()];
  }
}
