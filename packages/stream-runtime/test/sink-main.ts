/** A process with a handler that sends messages, for tests that kill it. Its settings come as one JSON argument. */
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { openDatabase, type Transaction } from "@tenon/postgres";
import { openRepo, PostgresCursors, PostgresFeed } from "@tenon/storage-repo";
import { PostgresWorkStore, runHandlers, type WorkStore } from "../src/index.ts";
import type { SinkPoint, SinkSettings } from "./sink-points.ts";
import { adLabels, TREE } from "./tree-world.ts";

const { databaseUrl, kill, plant } = JSON.parse(process.argv[2] as string) as SinkSettings;
let passes = 0;
const reached = (point: SinkPoint): void => {
  if (point === kill?.point && ++passes === kill.pass) process.kill(process.pid, "SIGKILL");
};

const database = await openDatabase({ url: databaseUrl, connectionsMax: 20 });
const repo = await openRepo({ database, entities: TREE });
const log = await openEmbeddedLog({ database });
const real = new PostgresWorkStore(database);
const sent = new WeakSet<Transaction>();
/** Of the plant: rows, messages and ends of items go out together, and the process may end only when the log has what was sent first. */
let sentFirst: Promise<unknown> = Promise.resolve();
/** The real store, with the process's end at the points around a commit and a removal. */
class MortalStore extends PostgresWorkStore {
  override readonly transaction: WorkStore<Transaction>["transaction"] = async (work, options) => {
    let last: Transaction | undefined;
    const result = await real.transaction((tx) => {
      last = tx;
      return work(tx);
    }, options);
    if (last !== undefined && sent.has(last)) reached("afterCommit");
    return result;
  };
  override readonly sinks: WorkStore<Transaction>["sinks"] = {
    add: async (tx, messages) => {
      if (plant === "sendFirst") {
        sentFirst = log.append(messages);
        await sentFirst;
      }
      await real.sinks.add(tx, messages);
      sent.add(tx);
    },
    topics: () => real.sinks.topics(),
    next: async (topic, bounds) => {
      const messages = await real.sinks.next(topic, bounds);
      if (plant === "removeFirst") await real.sinks.remove(messages);
      return messages;
    },
    remove: async (messages) => {
      await real.sinks.remove(messages);
      reached("afterRemove");
    },
    waiting: (max) => real.sinks.waiting(max),
    status: () => real.sinks.status(),
  };
  override async finish(...asked: Parameters<PostgresWorkStore["finish"]>) {
    const outcome = await real.finish(...asked);
    await sentFirst;
    reached("beforeCommit");
    return outcome;
  }
}
const append = log.append.bind(log);
if (plant !== "sendFirst") {
  log.append = async (records) => {
    reached("beforeAppend");
    const appended = await append(records);
    reached("afterAppend");
    return appended;
  };
}
const running = await runHandlers({
  ...{ handlers: [adLabels], repo, store: new MortalStore(database), log, consumer: "labels" },
  feed: new PostgresFeed({ database, entities: TREE, pollMs: 10 }),
  cursors: new PostgresCursors(database),
  ...{ owner: `process-${process.pid}`, leaseMs: 500, pumpLeaseMs: 600, relay: { rowsMax: 5, bytesMax: 10_000 } },
});
process.stdout.write("running\n");
process.on("SIGTERM", () => {
  void running
    .stop()
    .then(() => log.close())
    .then(() => database.close())
    .then(() => process.exit(0));
});
