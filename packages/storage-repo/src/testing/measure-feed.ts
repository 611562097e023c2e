/** How late, how fast and how large the change feed is: G2, G3, G9. */
import { openReplication } from "@tenon/postgres/replication";
import { Heartbeat, PostgresFeed, versionOf, WriteSetBuilder } from "../index.ts";
import {
  type Bench,
  bidColumns,
  entities,
  MeasuredRow,
  nextSequence,
  quantile,
  ROWS,
  repoCommit,
  rounded,
} from "./bench.ts";

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
    const own = nextSequence();
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
        const own = nextSequence();
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

/** Bytes of the server's log for a transaction that holds a change batch and nothing else, G9. */
export async function measureFeedLog({ database, repo }: Bench) {
  /** Distinct keys and versions, as in a transaction; below the size at which the server begins to compress. */
  const commit = async (changes: number) => {
    const own = nextSequence();
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
