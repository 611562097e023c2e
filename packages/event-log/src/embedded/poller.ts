import type { HostClock } from "@tenon/graph-core";
import type { Database } from "@tenon/postgres";
import { Bell } from "../group/bell.ts";
import type { PartitionRef } from "./segments.ts";

/** Between two looks while records come, and when none have come for a while; doubled in between, ms. */
const LOOK_MS_MIN = 5;
const LOOK_MS_MAX = 100;
/** Between two looks when writers tell of their records: for a telling that was lost. */
const LOOK_MS_TOLD = 1_000;

interface Watched {
  readonly place: PartitionRef;
  readonly bell: Bell;
  /** End seen last. */
  end: bigint;
  watchers: number;
}

/** One look at the ends of all partitions that somebody of this process reads, instead of a look by each reader. */
export class Poller {
  readonly #database: Database;
  readonly #clock: HostClock;
  #told: boolean;
  readonly #watched = new Map<string, Watched>();
  readonly #wake: Bell;
  readonly #ended = new AbortController();
  #running: Promise<void> | undefined;

  /** @param told writers tell of their records by `NOTIFY`, and somebody calls `ring` */
  constructor(database: Database, clock: HostClock, { told }: { readonly told: boolean }) {
    this.#database = database;
    this.#clock = clock;
    this.#told = told;
    this.#wake = new Bell(clock);
  }

  /** A bell that rings when the partition may have grown; and how to let it go. */
  watch(place: PartitionRef): { readonly bell: Bell; readonly release: () => void } {
    const key = `${place.topicId}/${place.partition}`;
    const watched = this.#watched.get(key) ?? { place, bell: new Bell(this.#clock), end: -1n, watchers: 0 };
    watched.watchers++;
    this.#watched.set(key, watched);
    this.#running ??= this.#run();
    this.#wake.ring();
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      watched.watchers--;
      if (watched.watchers === 0) this.#watched.delete(key);
    };
    return { bell: watched.bell, release };
  }

  /** Somebody has appended: this process itself, or another that tells. */
  ring(key: string): void {
    this.#watched.get(key)?.bell.ring();
  }

  /** Nobody calls `ring` for other processes any more. */
  untold(): void {
    this.#told = false;
    this.#wake.ring();
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let waitMs = LOOK_MS_MIN;
    while (!this.#ended.signal.aborted) {
      if (this.#watched.size === 0) {
        this.#running = undefined;
        return;
      }
      const grown = await this.#look().catch(() => false);
      waitMs = grown ? LOOK_MS_MIN : Math.min(LOOK_MS_MAX, waitMs * 2);
      await this.#wake.wait(this.#told ? LOOK_MS_TOLD : waitMs, this.#ended.signal);
    }
  }

  async #look(): Promise<boolean> {
    const watched = [...this.#watched.values()];
    const rows = await this.#database.query<{ topic_id: number; partition: number; next_offset: bigint }>(
      {
        name: "event-log ends",
        text: `select topic_id, partition, next_offset from tenon_log_partition
                where (topic_id, partition) in (select * from unnest($1::int4[], $2::int4[]))`,
      },
      [watched.map(({ place }) => place.topicId), watched.map(({ place }) => place.partition)],
    );
    let grown = false;
    for (const { topic_id, partition, next_offset } of rows) {
      const found = this.#watched.get(`${topic_id}/${partition}`);
      if (found === undefined || found.end === next_offset) continue;
      found.end = next_offset;
      found.bell.ring();
      grown = true;
    }
    return grown;
  }
}
