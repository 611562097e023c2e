import { type HostClock, systemClock } from "@tenon/graph-core";
import { type Database, migrate } from "@tenon/postgres";
import { badOption } from "../errors.ts";
import { EmbeddedLog } from "./embedded-log.ts";
import { Poller } from "./poller.ts";
import { LOG_MIGRATIONS } from "./tables.ts";
import { Teller } from "./teller.ts";

export interface EmbeddedLogOptions {
  /** Where the log lives; stays open when the log is closed. Readers and appends share its connections: give it 10 or more. */
  readonly database: Database;
  readonly clock?: HostClock;
  /** A member that is silent for so long has lost its partitions, ms. Default 10 s. */
  readonly leaseMs?: number;
  /** Between two looks of a member at its group, ms; a rebalance takes two or three of them. Default 500. */
  readonly beatMs?: number;
  /**
   * How readers of other processes learn of records. `poll` (the default): one look per process, after 5 to 100 ms.
   * `notify`: at once, for a statement more after an append. Readers that chose it hear of writers that chose it, and look once a
   * second besides.
   */
  readonly wakeUp?: "poll" | "notify";
  /** Between two rounds of retention, ms; 0 leaves it to the caller (`dropExpired`). Default one minute. */
  readonly retainEveryMs?: number;
}

const LEASE_MS = 10_000;
const LEASE_MS_MIN = 200;
const BEAT_MS = 500;
const RETAIN_EVERY_MS = 60_000;

/**
 * A log in Postgres, embedded or not. Makes its tables when they are missing.
 *
 * @throws GraphError TENON1561 for options out of range or a server that commits without waiting for its disk; as `migrate`
 */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
  const { database, clock = systemClock, leaseMs = LEASE_MS, beatMs = BEAT_MS, wakeUp = "poll" } = options;
  const { retainEveryMs = RETAIN_EVERY_MS } = options;
  if (!(leaseMs >= LEASE_MS_MIN)) throw badOption("leaseMs", `at least ${LEASE_MS_MIN} ms`, leaseMs);
  if (!(beatMs > 0 && beatMs <= leaseMs / 3))
    throw badOption("beatMs", "more than 0, at most a third of leaseMs", beatMs);
  await refuseLooseCommits(database);
  await migrate(database, LOG_MIGRATIONS);
  const teller = wakeUp === "notify" ? new Teller(database) : undefined;
  const poller = new Poller(database, clock, { told: teller !== undefined });
  const listening = await teller?.listen((key) => poller.ring(key));
  // Nobody is told any more: from now on it looks.
  void listening?.lost.then(() => poller.untold());
  let stopRetaining = (): void => {};
  const log = new EmbeddedLog({
    ...{ database, clock, poller, leaseMs, beatMs, teller },
    onClose: async () => {
      stopRetaining();
      await listening?.close();
    },
  });
  if (retainEveryMs > 0) stopRetaining = retain(log, clock, retainEveryMs);
  return log;
}

/** L3: what a reader has seen must be on the disk. */
async function refuseLooseCommits(database: Database): Promise<void> {
  const [row] = await database.query<{ synchronous_commit: string }>("show synchronous_commit");
  if (row?.synchronous_commit === "off") throw badOption("the server's synchronous_commit", "on", "off");
}

/** One round after the other; a round that fails is made up for by the next. */
function retain(log: EmbeddedLog, clock: HostClock, everyMs: number): () => void {
  let cancel = (): void => {};
  let ended = false;
  const next = (): void => {
    cancel = clock.after(everyMs, () => {
      void log
        .dropExpired()
        .catch(() => undefined)
        .finally(() => {
          if (!ended) next();
        });
    });
  };
  next();
  return () => {
    ended = true;
    cancel();
  };
}
