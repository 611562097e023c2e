/** A process that holds the lease of a pump and the claim of an item: says so, and what has become of both once it has lost the lease. */
import { systemClock } from "@tenon/graph-core";
import { openDatabase } from "@tenon/postgres";
import { PumpLease } from "../src/change/pump-lease.ts";
import { PostgresWorkStore } from "../src/index.ts";

const { url, consumer, handler, leaseMs } = JSON.parse(process.argv[2] as string);
const database = await openDatabase({ url, connectionsMax: 3 });
const store = new PostgresWorkStore(database);
const items = await store.claim({ handlers: [handler], lane: "high", itemsMax: 1, leaseMs });
const lease = new PumpLease({
  ...{ leases: store.pumps, consumer, owner: "child", leaseMs, stepMsMax: 3_600_000, clock: systemClock },
});
await lease.during(new AbortController().signal, async (signal) => {
  process.stdout.write("held\n");
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
});
const outcomes = await database.transaction((tx) => store.finish(tx, items));
process.stdout.write(`lost, and the item is ${outcomes.join()}\n`);
await database.close();
