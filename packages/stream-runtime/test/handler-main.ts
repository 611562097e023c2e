/** A handler process for tests that kill it. Its settings come as one JSON argument. */
import { openDatabase, type Transaction } from "@tenon/postgres";
import { openReplication } from "@tenon/postgres/replication";
import { type ChangeFeed, openRepo, PostgresCursors, PostgresFeed } from "@tenon/storage-repo";
import { PostgresWorkStore, runHandlers, type WorkStore } from "../src/index.ts";
import type { HandlerPoint, HandlerSettings } from "./handler-points.ts";
import { campaignSummary, ENTITIES, groupTerms } from "./handler-world.ts";

const { databaseUrl, reader, kill } = JSON.parse(process.argv[2] as string) as HandlerSettings;
let passes = 0;
const reached = (point: HandlerPoint): void => {
  if (point === kill?.point && ++passes === kill.pass) process.kill(process.pid, "SIGKILL");
};

const database = await openDatabase({ url: databaseUrl, connectionsMax: 20 });
const repo = await openRepo({ database, entities: ENTITIES });
const made = new PostgresFeed({
  ...{ database, entities: ENTITIES, pollMs: 20 },
  ...(reader === "slot" && { openReplication: () => openReplication({ url: databaseUrl }) }),
});
const feed: ChangeFeed = {
  open: async (options) => {
    const opened = await made.open(options);
    return {
      pull: async (pullOptions) => {
        const pulled = await opened.pull(pullOptions);
        if (pulled.batches.length > 0) reached("afterPull");
        return pulled;
      },
      acknowledge: (cursor) => {
        reached("beforeAcknowledge");
        return opened.acknowledge(cursor);
      },
      close: () => opened.close(),
    };
  },
};
const real = new PostgresWorkStore(database);
const finished = new WeakSet<Transaction>();
const store: WorkStore<Transaction> = {
  pumps: real.pumps,
  sinks: real.sinks,
  prepare: () => real.prepare(),
  transaction: async (work, options) => {
    let last: Transaction | undefined;
    const result = await real.transaction((tx) => {
      last = tx;
      return work(tx);
    }, options);
    if (last !== undefined && finished.has(last)) reached("afterCommit");
    return result;
  },
  sees: (tx, xids) => real.sees(tx, xids),
  add: (tx, work) => real.add(tx, work),
  open: (tx, of) => real.open(tx, of),
  betweenClaims: () => real.betweenClaims(),
  claim: async (options) => {
    const items = await real.claim(options);
    if (items.length > 0) reached("afterClaim");
    return items;
  },
  endAbandoned: (handlers) => real.endAbandoned(handlers),
  claimable: (handlers) => real.claimable(handlers),
  finish: async (tx, items) => {
    const outcomes = await real.finish(tx, items);
    finished.add(tx);
    reached("beforeCommit");
    return outcomes;
  },
  handOn: (...asked) => real.handOn(...asked),
  sign: (tx, origin) => real.sign(tx, origin),
  origins: (tx, asked) => real.origins(tx, asked),
  fail: (item, failure) => real.fail(item, failure),
  status: () => real.status(),
  retryParked: (...asked) => real.retryParked(...asked),
  parked: (...asked) => real.parked(...asked),
};
const stored = new PostgresCursors(database);
const running = await runHandlers({
  ...{ handlers: [groupTerms, campaignSummary], repo, feed, store, consumer: "handlers" },
  ...{ owner: `process-${process.pid}`, leaseMs: 500, pumpLeaseMs: 600 },
  cursors: {
    claim: (consumer) => stored.claim(consumer),
    save: async (tx, owner, cursor) => {
      await stored.save(tx as Transaction, owner, cursor);
      reached("beforeCursorCommit");
    },
  },
});
process.stdout.write("running\n");
process.on("SIGTERM", () => {
  void running
    .stop()
    .then(() => database.close())
    .then(() => process.exit(0));
});
