import type { Database } from "@tenon/postgres";
import type { TopicPartition } from "../api/event-log.ts";
import type { Found, ReadBounds } from "../group/direct-feed.ts";
import { type Read, readRecords, readTogether } from "./read-records.ts";
import type { PartitionRef } from "./segments.ts";

interface Asked extends Read {
  readonly place: PartitionRef;
  readonly resolve: (found: Found) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads that are asked for in one turn of the event loop are one statement per topic: what wakes one partition's reader mostly
 * wakes those of others, too. Nobody waits for more to ask.
 */
export class ReadGroup {
  readonly #database: Database;
  #asked: Asked[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  /** As `readRecords`. */
  read(at: TopicPartition, place: PartitionRef, offset: number, bounds: ReadBounds): Promise<Found> {
    return new Promise((resolve, reject) => {
      if (this.#asked.length === 0) setImmediate(() => this.#send());
      this.#asked.push({ at, place, partition: place.partition, offset, bounds, resolve, reject });
    });
  }

  #send(): void {
    const asked = this.#asked;
    this.#asked = [];
    for (const [topicId, reads] of Map.groupBy(asked, ({ place }) => place.topicId)) {
      // Two readers of one partition are asked for apart: a statement holds each partition once.
      const byPartition = Map.groupBy(reads, ({ partition }) => partition);
      for (let nth = 0; ; nth++) {
        const own = [...byPartition.values()].flatMap((each) => each[nth] ?? []);
        if (own.length === 0) break;
        void this.#readAll(topicId, own);
      }
    }
  }

  async #readAll(topicId: number, reads: readonly Asked[]): Promise<void> {
    const [first] = reads as [Asked];
    try {
      if (reads.length === 1) {
        first.resolve(await readRecords(this.#database, first.at, first.place, first.offset, first.bounds));
        return;
      }
      const found = await readTogether(this.#database, topicId, reads);
      for (const [index, { resolve, reject }] of reads.entries()) {
        try {
          resolve((found[index] as () => Found)());
        } catch (error) {
          reject(error);
        }
      }
    } catch (error) {
      for (const { reject } of reads) reject(error);
    }
  }
}
