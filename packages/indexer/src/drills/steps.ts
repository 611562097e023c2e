/** Steps that drills share. */
import { EntityUpdatesLow } from "@tenon/nodes";
import type { z } from "zod";
import type { DrillStep } from "./drill.ts";
import type { DrillPort } from "./drill-port.ts";

export type EntityUpdate = z.infer<typeof EntityUpdatesLow.schema>;

/** Updates of one append. */
const UPDATES_PER_APPEND = 500;
/** Keys that a drill sends again: more is a backfill of its own, with a plan. */
export const RESENT_MAX = 200_000;

export function catchUp(name: string): DrillStep {
  return {
    name,
    order: "wait until gateway, updater and the low lane have done what waits",
    act: async (port) => {
      await port.caughtUp();
      return "nothing of it waits any more";
    },
  };
}

/** Rows first: documents that are right by rows that are wrong are no good end. */
export const verifyEnd: DrillStep = {
  name: "verify",
  order:
    "compare every row of the ads database with the repository, then every stored document with what its handlers make of the rows",
  act: async (port) => {
    const rows = await port.unsyncedRows();
    if (rows.count > 0)
      throw new Error(`${rows.count} rows of the ads database differ in the repository; the first: ${rows.first}`);
    const documents = await port.unsyncedDocuments();
    if (documents.count > 0) throw new Error(`${documents.count} documents differ; the first: ${documents.first}`);
    const open = rows.inFlight + documents.inFlight;
    const left =
      open === 0 ? "" : `; ${rows.inFlight} rows and ${documents.inFlight} documents changed too often to be judged`;
    return `the repository holds what the ads database does, and every document is what its handlers make of it${left}`;
  },
};

/** Into the low lane, where versions decide: what is newer already stays. */
export async function resend(port: DrillPort, updates: Iterable<EntityUpdate>): Promise<number> {
  let sent = 0;
  let records: ReturnType<typeof EntityUpdatesLow.record>[] = [];
  const flush = async () => {
    await port.append(records);
    sent += records.length;
    records = [];
  };
  for (const value of updates) {
    records.push(EntityUpdatesLow.record({ key: `${value.entity}:${value.key}`, timeMs: port.nowMs(), value }));
    if (records.length >= UPDATES_PER_APPEND) await flush();
  }
  if (records.length > 0) await flush();
  return sent;
}

export function refuseTooMany(keys: number, what: string): void {
  if (keys > RESENT_MAX)
    throw new Error(`${what} of more than ${RESENT_MAX} keys would be sent again: that is a refresh of its source`);
}
