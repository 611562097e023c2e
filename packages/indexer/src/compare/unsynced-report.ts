/** What a comparison found to differ: counted per place and kind, the first few by name. Small enough to be saved with every step. */
import type { JsonRecord } from "../workflows/workflow.ts";

/** Named per place and kind; the rest is counted. */
const NAMED_MAX = 20;

export interface UnsyncedDocument {
  /** Table or handler. */
  readonly place: string;
  readonly kind: string;
  readonly key: number;
  /** Since when it could have been synced, ms; null when nobody can tell. */
  readonly ageMs: number | null;
  /** Versions, columns, owners: for people. */
  readonly facts: JsonRecord;
}

interface Count {
  documents: number;
  oldestMs: number | null;
}

interface Saved {
  readonly compared: number;
  readonly inFlight: number;
  readonly repaired: number;
  readonly places: Readonly<Record<string, Readonly<Record<string, Count>>>>;
  readonly named: readonly UnsyncedDocument[];
}

export class UnsyncedReport {
  /** Rows or derived groups that were looked at. */
  compared = 0;
  /** Differed at first, and changed again and again: neither synced nor unsynced. */
  inFlight = 0;
  /** Sent again, or asked for again. */
  repaired = 0;
  readonly #places = new Map<string, Map<string, Count>>();
  readonly #named: UnsyncedDocument[] = [];

  static from(saved: JsonRecord | undefined): UnsyncedReport {
    const report = new UnsyncedReport();
    if (saved === undefined) return report;
    const { compared, inFlight, repaired, places, named } = saved as unknown as Saved;
    Object.assign(report, { compared, inFlight, repaired });
    for (const [place, kinds] of Object.entries(places))
      report.#places.set(place, new Map(Object.entries(kinds).map(([kind, count]) => [kind, { ...count }])));
    report.#named.push(...named);
    return report;
  }

  add(found: UnsyncedDocument): void {
    const { place, kind, ageMs } = found;
    const kinds = this.#places.get(place) ?? new Map<string, Count>();
    this.#places.set(place, kinds);
    const count = kinds.get(kind) ?? { documents: 0, oldestMs: null };
    kinds.set(kind, count);
    count.documents++;
    if (ageMs !== null) count.oldestMs = Math.max(count.oldestMs ?? 0, Math.round(ageMs));
    if (count.documents <= NAMED_MAX) this.#named.push(found);
  }

  /** Documents of a kind, or of all kinds. */
  count(kind?: string): number {
    const counts = [...this.#places.values()].flatMap((kinds) => [...kinds]);
    return counts.reduce(
      (sum, [name, { documents }]) => sum + (kind === undefined || kind === name ? documents : 0),
      0,
    );
  }

  toJson(): JsonRecord {
    const places = [...this.#places].map(([place, kinds]) => [place, Object.fromEntries(kinds)]);
    const { compared, inFlight, repaired } = this;
    const counts = { compared, unsynced: this.count(), inFlight, repaired };
    return { ...counts, places: Object.fromEntries(places), named: this.#named } as unknown as JsonRecord;
  }
}
