import { randomBytes } from "node:crypto";
import type { Database } from "@tenon/postgres";

const PREFIX = "tenon_";
/** Slots of bases: a consumer that starts at its old cursor must not drop the slot of the base that is being built for it. */
const BASE_PREFIX = "tenonbase_";
const CONSUMER_NAME = /^[a-z0-9_]{1,30}$/;

/** A name no slot had before: a slot made anew is another slot. */
export function newSlotName(consumer: string): string {
  return `${PREFIX}${consumer}__${randomBytes(6).toString("hex")}`;
}

export function newBaseSlotName(consumer: string): string {
  return `${BASE_PREFIX}${consumer}__${randomBytes(6).toString("hex")}`;
}

export function isConsumerName(name: string): boolean {
  return CONSUMER_NAME.test(name);
}

/** Drops slots of the consumer that nobody reads, but for one: what earlier incarnations left would hold the log for ever. */
export function dropOldSlots(database: Database, consumer: string, keep: string | undefined): Promise<void> {
  return dropSlots(database, `${PREFIX}${consumer}__`, keep === undefined ? [] : [keep]);
}

/** Drops the slots of a consumer's bases that nobody reads, but for those of bases that may still be started from. */
export function dropBaseSlots(database: Database, consumer: string, keep: readonly string[]): Promise<void> {
  return dropSlots(database, `${BASE_PREFIX}${consumer}__`, keep);
}

async function dropSlots(database: Database, prefix: string, keep: readonly string[]): Promise<void> {
  await database.query(
    `select pg_drop_replication_slot(slot_name) from pg_replication_slots
     where starts_with(slot_name, $1) and not active and slot_name <> all ($2::text[]) and database = current_database()`,
    [prefix, keep],
  );
}
