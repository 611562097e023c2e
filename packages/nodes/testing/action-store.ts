/**
 * The counting service as raw events: every answer is counted anew from all events, so it is the truth that caps and
 * counters are compared with. An insertion is pending until it is seen or given up; what was given up is never seen.
 */
import {
  clickCount,
  FREQUENCY_CAP_LEVELS,
  type FrequencyCapLevel,
  impressionCount,
  insertionCount,
} from "@tenon/ads-model";
import type { EntityCounts, UserActions } from "../feature-expansion/resources.ts";

export const DAY_MS = 86_400_000;

/** An ad with the ids of what stands above it. */
export type AdPath = Readonly<Record<FrequencyCapLevel, number>>;

interface Insertion {
  readonly path: AdPath;
  seenAtMs: number | undefined;
  givenUp: boolean;
}

export class ActionStore {
  readonly #insertions: Insertion[] = [];

  insert(path: AdPath): void {
    this.#insertions.push({ path, seenAtMs: undefined, givenUp: false });
  }

  #pending(): readonly Insertion[] {
    return this.#insertions.filter(({ seenAtMs, givenUp }) => seenAtMs === undefined && !givenUp);
  }

  /** One of the pending insertions is seen; which one is `choice` modulo their number. */
  see(choice: number, nowMs: number): void {
    const pending = this.#pending();
    const chosen = pending[choice % Math.max(1, pending.length)];
    if (chosen !== undefined) chosen.seenAtMs = nowMs;
  }

  /** One of the pending insertions can no longer be seen. */
  giveUp(choice: number): void {
    const pending = this.#pending();
    const chosen = pending[choice % Math.max(1, pending.length)];
    if (chosen !== undefined) chosen.givenUp = true;
  }

  /** Impressions of an entity in the window of `windowDays` that ends at `nowMs`: after its start, up to its end. */
  impressions(level: FrequencyCapLevel, entityId: number, windowDays: number, nowMs: number): number {
    return this.#insertions.filter(
      ({ path, seenAtMs }) =>
        path[level] === entityId && seenAtMs !== undefined && seenAtMs > nowMs - windowDays * DAY_MS,
    ).length;
  }

  /** The service at one instant. */
  at(nowMs: number): UserActions {
    return { countsFor: async () => ({ entities: this.#entities(nowMs) }) };
  }

  #entities(nowMs: number): readonly EntityCounts[] {
    return FREQUENCY_CAP_LEVELS.flatMap((level) => {
      const ids = new Set(this.#insertions.map(({ path }) => path[level]));
      return [...ids].map((entityId): EntityCounts => {
        const count = (windowDays: number) => impressionCount(this.impressions(level, entityId, windowDays, nowMs));
        return {
          level,
          entityId,
          impressionsPer1Days: count(1),
          impressionsPer7Days: count(7),
          impressionsPer30Days: count(30),
          clicksPer30Days: clickCount(0),
          insertionsPending: insertionCount(this.#pending().filter(({ path }) => path[level] === entityId).length),
        };
      });
    });
  }
}
