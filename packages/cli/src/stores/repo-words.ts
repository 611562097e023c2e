/** What the commands of `tenon repo` share. */
import { hasRepo } from "@tenon/storage-repo";
import { PostgresWorkStore, type SinkStatus } from "@tenon/stream-runtime";
import { cliError } from "../cli-error.ts";
import { jsonText } from "../output/json.ts";
import { hasTable, type Stores } from "./open-stores.ts";

/** @throws GraphError TENON1714 */
export async function requireRepo({ database, place }: Stores): Promise<void> {
  if (await hasRepo(database)) return;
  throw cliError("nothingRan", {
    message: "there is no repository yet",
    detail: `the database ${place} holds none`,
    hint: "its tables are made by the first host that opens it",
  });
}

/** `undefined` before any handler ran. */
export async function workStore({ database }: Stores): Promise<PostgresWorkStore | undefined> {
  return (await hasTable(database, "stream_work")) ? new PostgresWorkStore(database) : undefined;
}

/** Messages of handlers that wait for the log, by topic; none in a database that an older release made. */
export async function waitingMessages({ database }: Stores): Promise<readonly SinkStatus[]> {
  return (await hasTable(database, "stream_sink")) ? new PostgresWorkStore(database).sinks.status() : [];
}

/** @throws GraphError TENON1714 */
export async function requireWorkStore(stores: Stores): Promise<PostgresWorkStore> {
  const store = await workStore(stores);
  if (store !== undefined) return store;
  throw cliError("nothingRan", {
    message: "no handler has run yet",
    detail: `the database ${stores.place} holds no work items`,
    hint: "items are made once a host runs handlers over the change feed",
  });
}

/** JSON of values with sequence numbers: numbers up to 2^53, as everywhere in the command line. */
export function bigintsAsNumbers(value: unknown): string {
  return jsonText(JSON.parse(JSON.stringify(value, (_, each) => (typeof each === "bigint" ? Number(each) : each))));
}
