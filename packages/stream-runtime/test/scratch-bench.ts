import { testDatabase } from "@tenon/postgres/testing";
import { systemClock } from "@tenon/graph-core";
import { adCounts } from "../../../graphs/events/ad-event.tasks.ts";
import { UniqueAdEvents } from "@tenon/nodes";
import { GraphRuns } from "../src/worker/graph-runs.ts";
import { BatchBuilder } from "../src/worker/batch-builder.ts";
import { PostgresTaskStore } from "../src/index.ts";

const N = 200_000;
const batch = Number(process.argv[2] ?? 5000);
const records = [];
const t0 = 1_700_000_000_000 - (1_700_000_000_000 % 60000);
for (let i = 0; i < N; i++) {
  const adId = 1 + ((i * 7919) % 2000);
  const value = { eventId: `e${i}`, adId, campaignId: 1 + (adId % 50), action: i % 7 ? "impression" : "click", surface: "homeFeed", chargedMicros: 100 + (i % 50) };
  records.push({ ...UniqueAdEvents.record({ key: String(adId), timeMs: t0 + Math.floor(i / 1000 * 1000 / 5), value: value as never }), offset: i, appendedAtMs: t0 + i, partition: 0 });
}
const { database, drop } = await testDatabase();
const store = new PostgresTaskStore({ database });
await store.prepare([{ name: "ad-counts", window: { events: "number", impressions: "number", clicks: "number", spendMicros: "number"} }]);
const runs = new GraphRuns(adCounts, { resources: {}, clock: systemClock, checkedShare: 0, keysMax: 8 });
const { topSurfaces: _, ...numeric } = adCounts.window!.aggregates as any; const task = { ...adCounts, keyBy: undefined, window: { ...adCounts.window!, sizesMs: [60000], aggregates: numeric } } as typeof adCounts;

await database.execute("create table if not exists bare_offset (p int primary key, next bigint, epoch bigint); ");
await database.execute("create table if not exists bare_window (size_ms bigint, start_ms bigint, key text, events bigint, impressions bigint, clicks bigint, spend bigint, primary key (size_ms, start_ms, key))");
async function bare(round: number) {
  await database.execute("insert into bare_offset values ($1, 0, 1)", [round]);
  const cpu0 = process.cpuUsage(); const started = performance.now();
  const windows = new Map<string, { startMs: number; key: string; events: number; impressions: number; clicks: number; spend: number; dirty: boolean }>();
  for (let i = 0; i < N; i += batch) {
    const changed: any[] = [];
    for (const record of records.slice(i, i + batch)) {
      const event = JSON.parse(Buffer.from(record.value.buffer, record.value.byteOffset, record.value.byteLength).toString());
      const startMs = Math.floor(record.timeMs / 60000) * 60000;
      const name = startMs + "/" + record.key;
      let row = windows.get(name);
      if (row === undefined) windows.set(name, (row = { startMs, key: record.key, events: 0, impressions: 0, clicks: 0, spend: 0, dirty: false }));
      row.events++; if (event.action === "impression") row.impressions++; if (event.action === "click") row.clicks++; row.spend += event.chargedMicros;
      if (!row.dirty) { row.dirty = true; changed.push(row); }
    }
    await database.transaction(async (tx) => {
      const n = await tx.execute({ name: "bf", text: "update bare_offset set next = $1 where p = $2 and next = $3 and epoch = 1" }, [Math.min(N, i + batch), round, i]);
      if (n !== 1) throw new Error("fenced");
      await tx.execute({ name: "bw", text: "insert into bare_window select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[]) on conflict (size_ms, start_ms, key) do update set events = excluded.events, impressions = excluded.impressions, clicks = excluded.clicks, spend = excluded.spend" },
        [changed.map(() => 60000 + round), changed.map((r) => r.startMs), changed.map((r) => r.key), changed.map((r) => r.events), changed.map((r) => r.impressions), changed.map((r) => r.clicks), changed.map((r) => r.spend)]);
    });
    for (const row of changed) row.dirty = false;
  }
  const cpu = process.cpuUsage(cpu0);
  console.log("bare", batch, "ev/s", Math.round(N / (performance.now() - started) * 1000), "node us/ev", ((cpu.user + cpu.system) / N).toFixed(2));
}
async function ours(round: number) {
  const at = { task: "ad-counts", partition: round };
  const claim = await store.claim(at, "x");
  const builder = await BatchBuilder.open({ task, at, claim, next: 0, runs, store });
  let buildMs = 0, commitCpu = 0;
  const started = performance.now(); const cpu0 = process.cpuUsage();
  let out = 0, rows = 0;
  for (let i = 0; i < N; i += batch) {
    const c0 = process.cpuUsage();
    const built = await builder.build(records.slice(i, i + batch) as never, [], 0);
    const c1 = process.cpuUsage(c0); buildMs += (c1.user + c1.system);
    out += built.commit.outbox.length; rows += built.commit.windows.length;
    const c2 = process.cpuUsage();
    const r = await store.commit(built.commit);
    if (r !== "committed") throw new Error(r);
    const c3 = process.cpuUsage(c2); commitCpu += c3.user + c3.system;
    builder.committed();
  }
  const cpu = process.cpuUsage(cpu0);
  console.log(batch, "ev/s", Math.round(N / (performance.now() - started) * 1000), "node us/ev", ((cpu.user + cpu.system) / N).toFixed(2), "build", (buildMs / N).toFixed(2), "commit", (commitCpu / N).toFixed(2), { out, rows });
}
for (let r = 0; r < 4; r++) { await bare(r); await ours(r); }
await drop();
