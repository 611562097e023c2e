/** Advertisers at work: edits of a seeded day, played at a steady rate, and what other systems find out about new ads. */
import { advertiserDay, applyEdit, type Edit } from "@tenon/ads-database";
import { type HostClock, pause } from "@tenon/graph-core";
import type { Marketplace } from "@tenon/marketplace";
import type { Database } from "@tenon/postgres";

export interface PlayOptions {
  readonly adsDatabase: Database;
  readonly marketplace: Marketplace;
  readonly seed: number;
  readonly editsPerSecond: number;
  readonly clock: HostClock;
  readonly onTrouble: (what: string, error: Error) => void;
  /** Signals about ads that are new: sent by whoever knows such things. */
  readonly onNewAds: (edit: Edit) => Promise<void>;
}

export interface PlayedEdits {
  readonly applied: number;
  stop(): Promise<void>;
}

/** Plays days one after the other, each from a seed of its own, until stopped. */
export function playEdits(options: PlayOptions): PlayedEdits {
  const { adsDatabase, marketplace, clock, onTrouble, onNewAds } = options;
  const stop = new AbortController();
  let applied = 0;
  const playing = (async () => {
    for (let day = 0; !stop.signal.aborted; day++) {
      for (const edit of advertiserDay({ seed: options.seed + day, marketplace })) {
        if (stop.signal.aborted) return;
        try {
          await adsDatabase.transaction((tx) => applyEdit(tx, edit), { attemptsMax: 5 });
          await onNewAds(edit);
          applied++;
        } catch (error) {
          onTrouble(`an advertiser's edit (${edit.change.kind})`, error as Error);
        }
        await pause(clock, 1_000 / options.editsPerSecond, stop.signal);
      }
    }
  })();
  return {
    get applied() {
      return applied;
    },
    stop: async () => {
      stop.abort();
      await playing;
    },
  };
}
