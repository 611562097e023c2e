import { GraphError } from "@tenon/graph-core";
import type { Database } from "@tenon/postgres";
import type { NewRecord } from "../api/event-log.ts";
import { recordBytes } from "../api/record-size.ts";
import { appendRecords, BATCH_BYTES_MAX, BATCH_RECORDS_MAX } from "./append-records.ts";
import { appendTogether, type PartitionBatch } from "./append-together.ts";
import type { PartitionRef } from "./segments.ts";

interface Waiting extends PartitionBatch {
  readonly resolve: (first: number) => void;
  readonly reject: (error: unknown) => void;
}

/** The server has refused the statement: nothing of it was kept. */
const REFUSED = "TENON1501";

/**
 * Appends of one turn of the event loop, to whatever partitions, are one statement and one commit. A partition has one append out
 * at a time (`AppendLane`), so each is in it once.
 *
 * G1 What the server refuses of several is tried of each alone: the records of one partition refuse those of no other.
 * G2 Where the outcome is unknown nothing is tried again (L2).
 */
export class AppendGroup {
  readonly #database: Database;
  #waiting: Waiting[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  /** As `appendRecords`: the whole batch or nothing of it. @returns the first offset */
  append(place: PartitionRef, records: readonly NewRecord[]): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#send());
      this.#waiting.push({ place, records, resolve, reject });
    });
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const group of groupsOf(waiting)) void this.#sendGroup(group);
  }

  async #sendGroup(group: readonly Waiting[]): Promise<void> {
    if (group.length === 1) return this.#sendAlone(group);
    let firsts: readonly (number | undefined)[];
    try {
      firsts = await appendTogether(this.#database, group);
    } catch (error) {
      if (error instanceof GraphError && error.code === REFUSED) return this.#sendAlone(group);
      for (const { reject } of group) reject(error);
      return;
    }
    for (const [index, { resolve }] of group.entries()) {
      const first = firsts[index];
      if (first !== undefined) resolve(first);
    }
    await this.#sendAlone(group.filter((_, index) => firsts[index] === undefined));
  }

  async #sendAlone(group: readonly Waiting[]): Promise<void> {
    await Promise.all(
      group.map(({ place, records, resolve, reject }) =>
        appendRecords(this.#database, place, records).then(resolve, reject),
      ),
    );
  }
}

/** In their order, within the bounds of one statement. */
function groupsOf(waiting: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const groups: Waiting[][] = [];
  let bytes = 0;
  let count = 0;
  for (const each of waiting) {
    const own = each.records.reduce((total, record) => total + recordBytes(record), 0);
    bytes += own;
    count += each.records.length;
    const last = groups.at(-1);
    if (last !== undefined && bytes <= BATCH_BYTES_MAX && count <= BATCH_RECORDS_MAX) last.push(each);
    else {
      groups.push([each]);
      bytes = own;
      count = each.records.length;
    }
  }
  return groups;
}
