/**
 * Impressions and clicks of ads that this host served: counted for caps, charged to budgets, logged.
 *
 * E1 An event counts once, however often it is reported.
 */
import type { HostClock } from "@tenon/graph-core";
import type { ServedAds } from "../resources/open-marketplace.ts";
import type { AppendSink } from "../sink/append-sink.ts";
import { adEventRecord } from "../sink/served-record.ts";
import type { InsertionBook } from "./insertion-book.ts";

/** Events remembered to recognise repeats. An older repeat is still not charged twice: an insertion is charged once. */
const SEEN_EVENTS_MAX = 400_000;

export interface AdEvent {
  readonly eventId: string;
  readonly kind: "impression" | "click";
  readonly insertionId: string;
  /** When it happened, ms since the epoch; now when absent. */
  readonly atMs?: number | undefined;
}

/** What became of a batch of events. */
export interface EventReport {
  readonly counted: number;
  /** Reported before. */
  readonly repeated: number;
  /** Of insertions that this host does not know or has forgotten. */
  readonly unknown: number;
}

export interface EventIntakeParts {
  readonly marketplace: ServedAds;
  readonly insertions: InsertionBook;
  readonly sink: AppendSink | undefined;
  readonly clock: HostClock;
}

export class EventIntake {
  readonly #parts: EventIntakeParts;
  readonly #seen = new Set<string>();
  /** Micros charged so far. */
  chargedMicros = 0;

  constructor(parts: EventIntakeParts) {
    this.#parts = parts;
  }

  /** @throws GraphError TENON1615 once the log is closed */
  take(events: readonly AdEvent[]): EventReport {
    const report = { counted: 0, repeated: 0, unknown: 0 };
    for (const event of events) report[this.#takeOne(event)]++;
    return report;
  }

  #takeOne({ eventId, kind, insertionId, atMs = this.#parts.clock.nowMs() }: AdEvent): keyof EventReport {
    const { marketplace, insertions, sink } = this.#parts;
    const insertion = insertions.get(insertionId);
    if (insertion === undefined) return "unknown";
    const key = `${kind} ${insertionId} ${eventId}`;
    if (this.#seen.has(key)) return "repeated";
    this.#remember(key);
    const chargedMicros = insertions.charge(insertion, kind);
    sink?.append(adEventRecord({ eventId, kind, insertionId, atMs, chargedMicros }));
    this.chargedMicros += chargedMicros;
    if (chargedMicros > 0) marketplace.budgets.charge(insertionId, insertion.campaignId, chargedMicros);
    const { userId, adId } = insertion;
    // Event ids are the caller's, unique per kind and insertion at best.
    if (userId !== undefined) marketplace.actions.record({ eventId: key, userId, adId, kind, atMs, insertionId });
    return "counted";
  }

  #remember(key: string): void {
    this.#seen.add(key);
    if (this.#seen.size <= SEEN_EVENTS_MAX) return;
    for (const oldest of this.#seen) {
      this.#seen.delete(oldest);
      return;
    }
  }
}
