/**
 * Figures of the repository on this machine: node --conditions=@tenon/source packages/storage-repo/scripts/measure.ts [seconds]
 * Each figure is a function, so that a benchmark can call it. CPU per transaction and bytes hold on a busy machine, times and
 * rates do not.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Database } from "@tenon/postgres";
import { openReplication } from "@tenon/postgres/replication";
import {
  exportRows,
  type GroupWrite,
  Heartbeat,
  PostgresFeed,
  type PostgresRepo,
  versionOf,
  WriteSetBuilder,
  withBase,
} from "../src/index.ts";
import {
  All,
  type Bench,
  Bid,
  bidColumns,
  entities,
  MeasuredRow,
  openBench,
  quantile,
  ROWS,
  rounded,
  serverCpuMs,
  signalRows,
  TITLE,
} from "./measured-rows.ts";

export { type Bench, openBench } from "./measured-rows.ts";

/** Versions rise over all measurements of the process. */
let sequence = 1;

/** Commits of 3 reads and 3 upserts, G4; `raw` writes the same rows without versions, masks, guard and change batch. */
export async function measureCommits(
  { server, database, repo }: Bench,
  {
    connections,
    seconds,
    raw = false,
  }: { readonly connections: number; readonly seconds: number; readonly raw?: boolean },
) {
  const until = performance.now() + seconds * 1_000;
  const [cpu, node] = [serverCpuMs(server), process.cpuUsage()];
  let commits = 0;
  let retries = 0;
  const started = performance.now();
  const worker = async (at: number) => {
    while (performance.now() < until) {
      const own = ++sequence;
      // Keys of their own, so that nothing waits for another.
      const keys = [0, 1, 2].map((offset) => ((own * 3 + offset) % Math.floor(ROWS / connections)) * connections + at);
      if (raw) await rawCommit(database, keys, own);
      else await repoCommit(repo, { keys, own, onRetry: () => retries++ });
      commits++;
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, at) => worker(at)));
  const elapsed = (performance.now() - started) / 1_000;
  const used = process.cpuUsage(node);
  return {
    connections,
    perSecond: Math.round(commits / elapsed),
    serverCpuMsPerCommit: rounded((serverCpuMs(server) - cpu) / commits, 3),
    nodeCpuMsPerCommit: rounded((used.user + used.system) / 1_000 / commits, 3),
    retryShare: rounded(retries / commits, 4),
  };
}

function repoCommit(
  repo: PostgresRepo,
  { keys, own, onRetry }: { readonly keys: readonly number[]; readonly own: number; readonly onRetry: () => void },
): Promise<void> {
  return repo.tx(
    async (tx) => {
      await Promise.all(keys.map((key) => tx.rows(Bid, [key])));
      const builder = new WriteSetBuilder();
      for (const key of keys)
        builder.write(MeasuredRow, "bid", { key, version: versionOf(0, own), columns: bidColumns(own) });
      await tx.write(builder.build());
    },
    { reads: [Bid], onRetry },
  );
}

const RAW_READ = {
  name: "raw_read",
  text: "select bid_micros, budget_micros, campaign_id from repo.measured_row where id = $1",
};
const RAW_WRITE = {
  name: "raw_write",
  text: `insert into raw_row as stored (id, ver_bid, bid_micros, budget_micros, campaign_id)
    select given.k, given.v, given.c0, given.c1, given.c2
    from json_to_recordset($1::json) as given(k bigint, v bigint, c0 bigint, c1 bigint, c2 bigint) order by given.k
    on conflict (id) do update set ver_bid = excluded.ver_bid, bid_micros = excluded.bid_micros,
      budget_micros = excluded.budget_micros, campaign_id = excluded.campaign_id
    where stored.ver_bid < excluded.ver_bid`,
};

function rawCommit(database: Database, keys: readonly number[], own: number): Promise<void> {
  return database.transaction(
    async (tx) => {
      await Promise.all(keys.map((key) => tx.query(RAW_READ, [key])));
      const rows = [...keys]
        .sort((left, right) => left - right)
        .map((k) => ({ k, v: own, c0: own, c1: own * 3, c2: own % 100 }));
      await tx.query(RAW_WRITE, [JSON.stringify(rows)]);
    },
    { isolation: "repeatableRead" },
  );
}

/** The table of the raw commits: the same rows, without guard. */
export async function makeRawTable(database: Database): Promise<void> {
  await database.execute("create table raw_row (like repo.measured_row including all) with (fillfactor = 85)");
  await database.execute("insert into raw_row select * from repo.measured_row");
  await database.execute("analyze raw_row");
}

/** From a commit's acknowledgement at the writer to its parsed batch at the reader, G2, at a paced rate. */
export async function measureLatency(
  { url, database, repo }: Bench,
  {
    feed: mode,
    perSecond,
    seconds,
  }: { readonly feed: "slot" | "poll"; readonly perSecond: number; readonly seconds: number },
) {
  const feed = new PostgresFeed({
    database,
    entities,
    openReplication: mode === "slot" ? () => openReplication({ url }) : undefined,
    pollMs: 2,
  });
  const reader = await feed.open({ consumer: "latency", from: "now" });
  await reader.pull({ batchesMax: 1, waitMs: 0 });
  const heartbeat = new Heartbeat(database, () => undefined);
  heartbeat.start();
  const acknowledgedAt = new Map<bigint, number>();
  const readAt = new Map<bigint, number>();
  let reading = true;
  const consuming = (async () => {
    while (reading || readAt.size < acknowledgedAt.size) {
      const { batches, cursor } = await reader.pull({ batchesMax: 1_000, waitMs: 100 });
      const now = performance.now();
      for (const { changes } of batches) if (changes[0] !== undefined) readAt.set(changes[0].newVersion, now);
      await reader.acknowledge(cursor);
    }
  })();
  const started = performance.now();
  const total = perSecond * seconds;
  const open = new Set<Promise<void>>();
  for (let sent = 0; sent < total; sent++) {
    const dueMs = started + (sent * 1_000) / perSecond;
    while (performance.now() < dueMs) await new Promise((resolve) => setImmediate(resolve));
    const own = ++sequence;
    const keys = [0, 1, 2].map((offset) => (own * 3 + offset) % ROWS);
    const commit = repoCommit(repo, { keys, own, onRetry: () => undefined }).then(() => {
      acknowledgedAt.set(versionOf(0, own), performance.now());
    });
    const tracked: Promise<void> = commit.catch(() => undefined).finally(() => open.delete(tracked));
    open.add(tracked);
    if (open.size >= 20) await Promise.race(open);
  }
  await Promise.all(open);
  reading = false;
  await consuming;
  await heartbeat.stop();
  await reader.close();
  const rate = acknowledgedAt.size / ((performance.now() - started) / 1_000);
  const delays = [...acknowledgedAt]
    .map(([version, at]) => Math.max(0, (readAt.get(version) ?? Number.NaN) - at))
    .sort((a, b) => a - b);
  return {
    feed: mode,
    perSecond: Math.round(rate),
    p50Ms: rounded(quantile(delays, 0.5)),
    p99Ms: rounded(quantile(delays, 0.99)),
    maxMs: rounded(delays.at(-1) ?? Number.NaN),
    lost: acknowledgedAt.size - readAt.size,
  };
}

/** A backlog read out at once, G3: decoding and parsing, without work of a consumer. */
export async function measureCatchUp(
  { url, database, repo }: Bench,
  { feed: mode, transactions }: { readonly feed: "slot" | "poll"; readonly transactions: number },
) {
  const feed = new PostgresFeed({
    database,
    entities,
    openReplication: mode === "slot" ? () => openReplication({ url }) : undefined,
  });
  const reader = await feed.open({ consumer: "catch_up", from: "now" });
  const { cursor } = await reader.pull({ batchesMax: 1, waitMs: 0 });
  const again = mode === "slot" ? await toSlot(reader) : cursor;
  await reader.close();
  await Promise.all(
    Array.from({ length: 8 }, async (_, at) => {
      for (let left = transactions / 8; left > 0; left--) {
        const own = ++sequence;
        const keys = [0, 1, 2].map((offset) => ((own + offset) % 2_000) * 8 + at);
        const builder = new WriteSetBuilder();
        for (const key of keys)
          builder.write(MeasuredRow, "bid", { key, version: versionOf(0, own), columns: bidColumns(own) });
        await repo.tx((tx) => tx.write(builder.build()), { isolation: "readCommitted" });
      }
    }),
  );
  const node = process.cpuUsage();
  const started = performance.now();
  const draining = await feed.open({ consumer: "catch_up", from: again });
  let changes = 0;
  let batches = 0;
  while (batches < transactions) {
    const pulled = await draining.pull({ batchesMax: 1_000, waitMs: 1_000 });
    batches += pulled.batches.length;
    for (const batch of pulled.batches) changes += batch.changes.length;
    await draining.acknowledge(pulled.cursor);
  }
  const seconds = (performance.now() - started) / 1_000;
  const used = process.cpuUsage(node);
  await draining.close();
  return {
    feed: mode,
    changesPerSecond: Math.round(changes / seconds),
    nodeCpuUsPerTransaction: rounded((used.user + used.system) / batches, 1),
  };

  async function toSlot(from: typeof reader) {
    for (;;) {
      const pulled = await from.pull({ batchesMax: 1, waitMs: 0 });
      if (pulled.cursor.mode === "slot") return pulled.cursor;
    }
  }
}

/** Rows per second of a load and of a base export, and the memory that the export takes, G5. */
export async function measureBulk({ database, repo }: Bench) {
  const timed = async (work: () => Promise<number>) => {
    const started = performance.now();
    const rows = await work();
    return Math.round(rows / ((performance.now() - started) / 1_000));
  };
  const from = ROWS;
  const fresh = function* (): Generator<GroupWrite> {
    const columns = { title: TITLE, clickRate: 0.5 };
    for (let at = 0; at < ROWS; at++) yield { key: from + at, version: versionOf(0, 1), columns };
  };
  const insertRowsPerSecond = await timed(
    async () => (await repo.bulk({ entity: MeasuredRow, group: "signals" }, fresh())).applied,
  );
  const updateRowsPerSecond = await timed(
    async () => (await repo.bulk({ entity: MeasuredRow, group: "signals" }, signalRows(ROWS, ++sequence))).applied,
  );
  const folder = mkdtempSync(join(tmpdir(), "tenon-measure-parquet-"));
  let exported = 0;
  const exportRowsPerSecond = await timed(async () => {
    const { rows } = await withBase({ database }, (base) => exportRows(base, All, join(folder, "rows.parquet")));
    exported = rows;
    return rows;
  });
  rmSync(folder, { recursive: true, force: true });
  return {
    insertRowsPerSecond,
    updateRowsPerSecond,
    exportRowsPerSecond,
    exported,
    processMbMax: Math.round(process.resourceUsage().maxRSS / 1_024),
  };
}

/** Bytes of the server's log for a transaction that holds a change batch and nothing else, G9. */
export async function measureFeedLog({ database, repo }: Bench) {
  /** Distinct keys and versions, as in a transaction; below the size at which the server begins to compress. */
  const commit = async (changes: number) => {
    const own = ++sequence;
    const builder = new WriteSetBuilder();
    for (let at = 0; at < changes; at++) {
      builder.write(MeasuredRow, "bid", { key: 10_000 + at, version: versionOf(0, own), columns: bidColumns(own) });
    }
    await repo.tx((tx) => tx.write(builder.build()));
  };
  const bytesOf = async (changes: number) => {
    await commit(changes);
    const [stored] = await database.query<{ body: string }>(
      "select body::text as body from repo.change_batch order by seq desc limit 1",
    );
    const insert = () =>
      database.execute("insert into repo.change_batch (lanes, schema_v, body) values (1, 1, $1::json)", [stored?.body]);
    const position = async () => {
      const [row] = await database.query<{ bytes: number }>(
        "select (pg_current_wal_insert_lsn() - '0/0')::float8 as bytes",
      );
      return row?.bytes ?? 0;
    };
    for (let round = 0; round < 50; round++) await insert();
    const before = await position();
    for (let round = 0; round < 200; round++) await insert();
    return ((await position()) - before) / 200;
  };
  const three = await bytesOf(3);
  const many = await bytesOf(43);
  return { bytesOf3Changes: Math.round(three), bytesPerFurtherChange: rounded((many - three) / 40, 1) };
}

/**
 * Retries of handlers that read a campaign and four sources and write a document, mixed half and half with updates of the
 * sources, G10. Fewer hot campaigns mean more conflicts.
 */
export async function measureRetries(
  { repo }: Bench,
  { hot, invariant, seconds }: { readonly hot: number; readonly invariant: boolean; readonly seconds: number },
) {
  const until = performance.now() + seconds * 1_000;
  let [handlers, retries] = [0, 0];
  const writeOf = (key: number) => {
    const own = ++sequence;
    return new WriteSetBuilder()
      .write(MeasuredRow, "bid", { key, version: versionOf(0, own), columns: bidColumns(own) })
      .build();
  };
  const worker = async () => {
    while (performance.now() < until) {
      const campaign = Math.floor(Math.random() * hot);
      const sources = [0, 1, 2, 3].map((at) => 2_000 + campaign * 4 + at);
      await repo.tx((tx) => tx.write(writeOf(sources[sequence % 4] as number)), { isolation: "readCommitted" });
      await repo.tx(
        async (tx) => {
          await Promise.all([campaign, ...sources].map((key) => tx.rows(Bid, [key])));
          await tx.write(writeOf(12_000 + campaign));
        },
        { reads: [Bid], invariant, attemptsMax: 20, onRetry: () => retries++ },
      );
      handlers++;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return { hot, isolation: invariant ? "serializable" : "repeatableRead", retryShare: rounded(retries / handlers, 4) };
}

async function main(seconds: number): Promise<void> {
  const show = (name: string, figures: unknown) => console.log(name, JSON.stringify(figures));
  const bench = await openBench();
  try {
    await makeRawTable(bench.database);
    for (const connections of [1, 8]) {
      show("commits, without feed", await measureCommits(bench, { connections, seconds, raw: true }));
      show("commits", await measureCommits(bench, { connections, seconds }));
    }
    for (const hot of [10, 100]) {
      for (const invariant of [false, true]) show("retries", await measureRetries(bench, { hot, invariant, seconds }));
    }
    show("log", await measureFeedLog(bench));
    for (const feed of ["slot", "poll"] as const) {
      show("latency", await measureLatency(bench, { feed, perSecond: 1_000, seconds }));
      show("catch-up", await measureCatchUp(bench, { feed, transactions: 20_000 }));
    }
    show("latency", await measureLatency(bench, { feed: "slot", perSecond: 2_000, seconds }));
    show("bulk", await measureBulk(bench));
  } finally {
    await bench.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(Number(process.argv[2] ?? 5));
