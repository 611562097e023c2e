import { randomBytes } from "node:crypto";
import type { Database } from "@tenon/postgres";

const PREFIX = "tenon_";
const CONSUMER_NAME = /^[a-z0-9_]{1,30}$/;

/** A name no slot had before: a slot made anew is another slot. */
export function newSlotName(consumer: string): string {
  return `${PREFIX}${consumer}__${randomBytes(6).toString("hex")}`;
}

export function isConsumerName(name: string): boolean {
  return CONSUMER_NAME.test(name);
}

/** Drops slots of the consumer that nobody reads, but for one: what earlier incarnations left would hold the log for ever. */
export async function dropOldSlots(database: Database, consumer: string, keep: string | undefined): Promise<void> {
  await database.query(
    `select pg_drop_replication_slot(slot_name) from pg_replication_slots
     where starts_with(slot_name, $1) and not active and slot_name is distinct from $2 and database = current_database()`,
    [`${PREFIX}${consumer}__`, keep ?? null],
  );
}
