/** What a commit costs, with and without the change feed, G4; and what conflicts cost, G10. */
import type { Database } from "@tenon/postgres";
import { versionOf, WriteSetBuilder } from "../index.ts";
import {
  type Bench,
  Bid,
  bidColumns,
  MeasuredRow,
  nextSequence,
  ROWS,
  repoCommit,
  rounded,
  serverCpuMs,
} from "./bench.ts";

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
      const own = nextSequence();
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

const RAW_READ = {
  name: "raw_read",
  text: "select bid_micros, budget_micros, campaign_id from raw_row where id = $1",
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
    const own = nextSequence();
    return new WriteSetBuilder()
      .write(MeasuredRow, "bid", { key, version: versionOf(0, own), columns: bidColumns(own) })
      .build();
  };
  const worker = async () => {
    while (performance.now() < until) {
      const campaign = Math.floor(Math.random() * hot);
      const sources = [0, 1, 2, 3].map((at) => 2_000 + campaign * 4 + at);
      await repo.tx((tx) => tx.write(writeOf(sources[nextSequence() % 4] as number)), { isolation: "readCommitted" });
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
