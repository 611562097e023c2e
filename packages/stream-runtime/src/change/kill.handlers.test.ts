/** Handlers on a real Postgres with the real feed: killed at every named point, and with rules broken on purpose. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { type Database, openDatabase, type Transaction } from "@tenon/postgres";
import { openReplication } from "@tenon/postgres/replication";
import {
  openRepo,
  PostgresCursors,
  PostgresFeed,
  type PostgresRepo,
  versionOf,
  WriteSetBuilder,
} from "@tenon/storage-repo";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endChild, startChild } from "../../test/child.ts";
import { climbing } from "../../test/circle-world.ts";
import { type Write, writeOf, writes } from "../../test/handler-histories.ts";
import { HANDLER_POINTS, type HandlerSettings } from "../../test/handler-points.ts";
import {
  AdGroup,
  Campaign,
  CampaignAll,
  campaignSummary,
  ENTITIES,
  GroupAll,
  groupTerms,
} from "../../test/handler-world.ts";
import { type OwnServer, ownServer } from "../../test/own-server.ts";
import { PostgresWorkStore } from "./postgres-work-store.ts";
import { type RunHandlersOptions, runHandlers } from "./run-handlers.ts";

const TEST_MAX_MS = 90_000;
const SETTLED_MS_MAX = 20_000;
/** After this long without a difference disappearing, it stays. */
const MUTANT_MS_MAX = 2_000;

let own: OwnServer;
beforeAll(async () => {
  own = await ownServer({ fsync: "off", max_connections: "100", max_replication_slots: "20", max_wal_senders: "20" });
});
afterAll(() => own.stop());

interface World {
  readonly url: string;
  readonly database: Database;
  readonly repo: PostgresRepo;
  play(all: readonly Write[]): Promise<void>;
  close(): Promise<void>;
}

let made = 0;
async function world(): Promise<World> {
  const name = `handlers_${made++}`;
  await own.database.execute(`create database ${name}`);
  const url = own.url.replace(/\/postgres$/, `/${name}`);
  const database = await openDatabase({ url, connectionsMax: 20 });
  const repo = await openRepo({ database, entities: ENTITIES });
  let version = 0;
  const play = async (all: readonly Write[]) => {
    for (const step of all) {
      const writeSet = writeOf(step, versionOf(0, ++version));
      await repo.tx((tx) => tx.write(writeSet), { isolation: "readCommitted", attemptsMax: 20 });
    }
  };
  return { url, database, repo, play, close: () => database.close() };
}

/** O4: what is derived, and what must be derived of the rows as they are. */
async function derived({ repo }: World) {
  return repo.read([GroupAll, CampaignAll], async (snapshot) => {
    const groups = await snapshot.page(GroupAll, { rowsMax: 1_000 });
    const campaigns = await snapshot.page(CampaignAll, { rowsMax: 1_000 });
    const found = {
      groups: groups.map(({ key, columns }) => [key, columns.servable, columns.bidCappedMicros]),
      campaigns: campaigns.map(({ key, columns }) => [key, columns.groups, columns.topBidMicros]),
    };
    const expected = {
      groups: groups.map(({ key, columns: { bidMicros, campaignId } }) => {
        const budget = campaigns.find((each) => each.key === campaignId)?.columns.budgetMicros ?? 0;
        return [key, budget > 0, Math.min(bidMicros ?? 0, budget)];
      }),
      campaigns: campaigns.map(({ key }) => {
        const bids = groups
          .filter(({ columns }) => columns.campaignId === key)
          .map(({ columns }) => columns.bidMicros ?? 0);
        return [key, bids.length, Math.max(0, ...bids)];
      }),
    };
    return { found, expected };
  });
}

/** Resolves when nothing is left to do and nothing differs, or with the difference after so long. */
async function settled(
  at: World,
  maxMs = SETTLED_MS_MAX,
  parts: readonly ("groups" | "campaigns")[] = ["groups", "campaigns"],
) {
  const untilMs = Date.now() + maxMs;
  for (;;) {
    const { found, expected } = await derived(at);
    const [work] = await at.database.query<{ waiting: number }>("select count(*)::int as waiting from stream_work");
    const isSame = parts.every((part) => JSON.stringify(found[part]) === JSON.stringify(expected[part]));
    if ((isSame && work?.waiting === 0) || Date.now() > untilMs) return { found, expected };
    await pause(25);
  }
}

const start = (settings: HandlerSettings) => startChild("handler-main.ts", settings);

const history = (seed: number) => fc.sample(writes, { numRuns: 4, seed }).flat();

test.each(["slot", "poll"] as const)(
  "%s: killed at every named point under two writers, what is derived is what a recomputation gives",
  { timeout: TEST_MAX_MS },
  async (reader) => {
    const at = await world();
    const children: ChildProcess[] = [];
    try {
      for (const [index, point] of HANDLER_POINTS.entries()) {
        const child = await start({ databaseUrl: at.url, reader, kill: { point, pass: 1 + (index % 2) } });
        children.push(child);
        const ended = once(child, "exit");
        for (let round = 0; child.signalCode === null && round < 100; round++) {
          await Promise.all([at.play(history(index * 100 + round)), at.play(history(index * 100 + round + 50))]);
          await pause(20);
        }
        await ended;
        expect(child.signalCode, point).toBe("SIGKILL");
      }
      const last = await start({ databaseUrl: at.url, reader });
      children.push(last);
      const { found, expected } = await settled(at);
      expect(found).toEqual(expected);
      await endChild(last, "SIGTERM");
    } finally {
      await Promise.all(children.map((child) => endChild(child, "SIGKILL")));
      await at.close();
    }
  },
);

/** Who holds the lease of the pump, as `process-<id>`. */
async function pumpOwner(at: World): Promise<string | undefined> {
  const text = "select owner from stream_pump where consumer = 'handlers' and held_until > clock_timestamp()";
  const [held] = await at.database.query<{ owner: string }>(text).catch(() => []);
  return held?.owner;
}

/** Resolves with the first holder that is no other than asked for. */
async function nextPump(at: World, isAnother: (owner: string) => boolean): Promise<string> {
  for (const untilMs = Date.now() + SETTLED_MS_MAX; Date.now() < untilMs; await pause(10)) {
    const owner = await pumpOwner(at);
    if (owner !== undefined && isAnother(owner)) return owner;
  }
  throw new Error("nobody has taken the pump over");
}

/** Claims of the feed's cursor, and holders of the pump so far: as many, unless processes take it from each other. */
async function tenures(at: World): Promise<{ readonly claims: bigint; readonly holders: bigint }> {
  const [row] = await at.database.query<{ claims: bigint; holders: bigint }>(
    "select c.fence as claims, p.epoch as holders from repo.feed_cursor c join stream_pump p using (consumer)",
  );
  return row ?? { claims: 0n, holders: 0n };
}

test.each(["slot", "poll"] as const)(
  "%s: the process that pumps is killed again and again; another goes on, and nobody else touches the cursor",
  { timeout: TEST_MAX_MS },
  async (reader) => {
    const at = await world();
    const settings: HandlerSettings = { databaseUrl: at.url, reader };
    const children = await Promise.all([start(settings), start(settings), start(settings)]);
    try {
      const killed = new Set<string>();
      for (let kill = 0; kill < 4; kill++) {
        const owner = await nextPump(at, (each) => !killed.has(each));
        killed.add(owner);
        await at.play(history(kill));
        const child = children.find(({ pid }) => owner === `process-${pid}`) as ChildProcess;
        await Promise.all([endChild(child, "SIGKILL"), at.play(history(kill + 10))]);
        children.push(await start(settings));
      }
      await nextPump(at, (each) => !killed.has(each));
      const { found, expected } = await settled(at);
      expect(found).toEqual(expected);
      const { claims, holders } = await tenures(at);
      expect(holders).toBeGreaterThan(BigInt(killed.size));
      // One that was killed before it came to that has claimed nothing.
      expect(claims).toBeLessThanOrEqual(holders);
      await Promise.all(children.map((child) => endChild(child, "SIGTERM")));
    } finally {
      await Promise.all(children.map((child) => endChild(child, "SIGKILL")));
      await at.close();
    }
  },
);

/** Handlers in this process, with some port replaced by one that breaks a rule. */
async function run(at: World, broken: (real: Ports) => Partial<RunHandlersOptions<Transaction>> = () => ({})) {
  const { database, repo } = at;
  const real: Ports = {
    repo,
    store: new PostgresWorkStore(database),
    cursors: new PostgresCursors(database),
    feed: new PostgresFeed({ database, entities: ENTITIES, pollMs: 10 }),
  };
  return runHandlers({
    ...real,
    handlers: [groupTerms, campaignSummary],
    consumer: "handlers",
    owner: "this process",
    leaseMs: 500,
    ...broken(real),
  });
}

interface Ports {
  readonly repo: PostgresRepo;
  readonly store: PostgresWorkStore;
  readonly cursors: PostgresCursors;
  readonly feed: PostgresFeed;
}

test(
  "several instances, random histories, two writers at once: derived rows are those of a recomputation",
  async () => {
    const at = await world();
    const running = await Promise.all([run(at), run(at)]);
    await fc.assert(
      fc.asyncProperty(writes, writes, async (one, other) => {
        await Promise.all([at.play(one), at.play(other)]);
        const { found, expected } = await settled(at);
        expect(found).toEqual(expected);
      }),
      { numRuns: 5 },
    );
    expect(running.filter(({ isPumping }) => isPumping)).toHaveLength(1);
    expect(await tenures(at)).toEqual({ claims: 1n, holders: 1n });
    await Promise.all(running.map((each) => each.stop()));
    await at.close();
  },
  TEST_MAX_MS,
);

test.each(["slot", "poll"] as const)(
  "%s: a circle without an end stops at its bound, and nothing of it is left",
  async (reader) => {
    const at = await world();
    const rounds = 6;
    const running = await run(at, () => ({
      handlers: climbing(rounds),
      feed: new PostgresFeed({
        ...{ database: at.database, entities: ENTITIES, pollMs: 10 },
        ...(reader === "slot" && { openReplication: () => openReplication({ url: at.url }) }),
      }),
    }));
    await at.play([
      { kind: "campaign", key: "red", budgetMicros: 1 },
      { kind: "group", key: 1, bidMicros: 1_000_000, campaignId: "red" },
    ]);
    const store = new PostgresWorkStore(at.database);
    const untilMs = Date.now() + SETTLED_MS_MAX;
    const atRest = async () =>
      (await store.parked("climber")).length > 0 && (await at.database.query("select from stream_origin")).length === 0;
    while (!(await atRest()) && Date.now() < untilMs) await pause(25);
    expect(await store.parked("climber")).toMatchObject([{ key: 1, code: "TENON1812", rounds }]);
    // Two changes came from outside, each with its rounds.
    const top = Number((await derived(at)).found.campaigns[0]?.[2]);
    expect(top).toBeGreaterThanOrEqual(rounds);
    expect(top).toBeLessThanOrEqual(2 * rounds);
    expect(running.counts.get("climber")).toMatchObject({ unsettled: 1, failed: 0, parked: 0 });
    expect(await at.database.query("select from stream_origin")).toEqual([]);
    await running.stop();
    await at.close();
  },
  TEST_MAX_MS,
);

const ONE_CAMPAIGN: readonly Write[] = [
  { kind: "campaign", key: "red", budgetMicros: 1 },
  { kind: "group", key: 1, bidMicros: 3, campaignId: "red" },
];

/** The cursor is stored by itself, and the process ends before the work is: the first time only. */
test("planted: cursor and work in separate transactions lose a wake-up", async () => {
  const at = await world();
  let isFirst = true;
  const running = await run(at, ({ cursors }) => ({
    cursors: {
      claim: (consumer) => cursors.claim(consumer),
      save: async (_, owner, cursor) => {
        await at.database.transaction((tx) => cursors.save(tx, owner, cursor));
        const hasBatches = cursor.mode === "poll" && cursor.seq > 0n;
        if (!isFirst || !hasBatches) return;
        isFirst = false;
        throw new Error("the process ends here");
      },
    },
  }));
  await at.play(ONE_CAMPAIGN.slice(0, 1));
  const { found, expected } = await settled(at, MUTANT_MS_MAX);
  expect(found).not.toEqual(expected);
  await running.stop();
  await at.close();
});

/** A transaction that says of itself what it is not. */
function pretending(tx: Transaction): Transaction {
  return {
    isolation: "repeatableRead",
    query: (statement: never, values: never) => tx.query(statement, values),
    execute: (statement, values) => tx.execute(statement, values),
    copyIn: (statement, chunks) => tx.copyIn(statement, chunks),
    atCommit: (statement, values) => tx.atCommit(statement, values),
  } as Transaction;
}

/** Bid and budget always change together, so whoever reads both at one snapshot finds them equal. */
async function tornReads(isolation: "repeatableRead" | "readCommitted"): Promise<number> {
  const at = await world();
  const together = (amount: number, version: bigint) =>
    new WriteSetBuilder()
      .write(Campaign, "money", { key: "red", version, columns: { budgetMicros: amount, name: "red" } })
      .write(AdGroup, "bid", { key: 1, version, columns: { bidMicros: amount, campaignId: "red" } })
      .build();
  let amount = 0;
  const change = () =>
    at.repo.tx((tx) => tx.write(together(++amount, versionOf(0, amount))), { isolation: "readCommitted" });
  await change();
  let torn = 0;
  let changes = 0;
  const running = await run(at, ({ store, repo }) => ({
    handlers: [groupTerms],
    store: Object.assign(store, {
      transaction: ((work, options) =>
        at.database.transaction(work, { ...options, isolation })) as typeof store.transaction,
    }),
    repo: {
      write: (tx, writeSet) => repo.write(tx, writeSet),
      readWithin: (tx, reads) => {
        const snapshot = repo.readWithin(pretending(tx), reads);
        let bidMicros: number | undefined;
        const rows = async (read: never, keys: never) => {
          const found = await snapshot.rows(read, keys);
          const columns = (found[0] as { columns: Record<string, number> } | undefined)?.columns;
          if (columns?.bidMicros !== undefined) {
            ({ bidMicros } = columns);
            // Somebody writes between a run's two reads.
            if (changes++ < 3) await change();
          } else if (columns?.budgetMicros !== bidMicros) torn++;
          return found;
        };
        return {
          rows,
          rowsBy: snapshot.rowsBy.bind(snapshot),
          keysBy: snapshot.keysBy.bind(snapshot),
          page: snapshot.page.bind(snapshot),
        } as typeof snapshot;
      },
    },
  }));
  await settled(at, MUTANT_MS_MAX);
  await running.stop();
  await at.close();
  return torn;
}

test("planted: READ COMMITTED in place of REPEATABLE READ is refused by name", async () => {
  const at = await world();
  const told: string[] = [];
  const running = await run(at, ({ store }) => ({
    store: Object.assign(store, {
      transaction: ((work, options) =>
        at.database.transaction(work, { ...options, isolation: "readCommitted" })) as typeof store.transaction,
    }),
    onTrouble: (_, error) => told.push(error.message),
  }));
  await at.play(ONE_CAMPAIGN);
  while (told.length === 0) await pause(10);
  expect(told[0]).toMatch(/^TENON1528 /);
  await running.stop();
  await at.close();
});

test("planted: READ COMMITTED that calls itself REPEATABLE READ lets a run see half of a change", async () => {
  expect(await tornReads("repeatableRead")).toBe(0);
  expect(await tornReads("readCommitted")).toBeGreaterThan(0);
});

/** A change arrives, and its work is added, between the reads of a run and its writes. */
async function changedMeanwhile(mutant: boolean) {
  const at = await world();
  await at.play(ONE_CAMPAIGN);
  let isFirst = true;
  const change = async () => {
    const last = "select coalesce(max(up_to), 0) as up_to from stream_work";
    const [before] = await at.database.query<{ up_to: bigint }>(last);
    await at.play([{ kind: "campaign", key: "red", budgetMicros: 2 }]);
    const hasCome = async () =>
      ((await at.database.query<{ up_to: bigint }>(last))[0]?.up_to ?? 0n) > (before?.up_to ?? 0n);
    while (!(await hasCome())) await pause(10);
  };
  const running = await run(at, ({ store }) => ({
    handlers: [groupTerms],
    store: Object.assign(store, {
      transaction: (async (work, options) => {
        const result = await at.database.transaction(work, options);
        if (options.readOnly !== true || !isFirst) return result;
        isFirst = false;
        await change();
        return result;
      }) as typeof store.transaction,
      ...(mutant && {
        finish: (async (tx, items) => {
          for (const { handler, key } of items)
            await tx.execute("delete from stream_work where handler = $1 and key = $2", [handler, JSON.stringify(key)]);
          return items.map(() => "done");
        }) as typeof store.finish,
      }),
    }),
  }));
  const result = await settled(at, mutant ? MUTANT_MS_MAX : SETTLED_MS_MAX, ["groups"]);
  await running.stop();
  await at.close();
  return { found: result.found.groups, expected: result.expected.groups };
}

test("planted: a work item deleted without the check of its upTo loses the change that came meanwhile", async () => {
  const real = await changedMeanwhile(false);
  expect(real.found).toEqual(real.expected);
  const broken = await changedMeanwhile(true);
  expect(broken.found).not.toEqual(broken.expected);
});
