/** One transaction of a million rows: the server's decoder spills it to disk, and the reader takes it whole. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChangeBatch } from "../src/api/change.ts";
import { versionOf } from "../src/api/version.ts";
import { WRITES_MAX } from "../src/api/write-set.ts";
import { WriteSetBuilder } from "../src/api/write-set-builder.ts";
import { SampleGroup } from "../src/conformance/index.ts";
import { type OwnServer, ownServer } from "./own-server.ts";

const ROWS = 1_000_000;
/** Of this process, with the writer's own million of changes beside the reader's. */
const PROCESS_BYTES_MAX = 1_500_000_000;
const TEST_MS_MAX = 600_000;

let own: OwnServer;
beforeAll(async () => {
  if (process.env.TENON_LONG === "1") own = await ownServer({ max_wal_size: "2GB" });
});
afterAll(() => own?.stop());

test(
  "a million rows in one transaction come as one batch, whole, through a slot that spilt them",
  async ({ skip }) => {
    skip(process.env.TENON_LONG !== "1", "takes minutes: TENON_LONG=1 runs it");
    const { repo, database, feed, replication, close } = await own.open();
    const reader = await feed({ openReplication: replication }).open({ consumer: "large", from: "now" });
    let mode = "";
    while (mode !== "slot") mode = (await reader.pull({ batchesMax: 1, waitMs: 0 })).cursor.mode;
    await repo.tx(async (tx) => {
      for (let from = 0; from < ROWS; from += WRITES_MAX) {
        const builder = new WriteSetBuilder();
        for (let key = from; key < from + WRITES_MAX; key++) {
          const columns = { bidMicros: key, campaignId: `c${key % 100}`, paused: false };
          builder.write(SampleGroup, "bid", { key, version: versionOf(0, 1), columns });
        }
        await tx.write(builder.build());
      }
    });
    const batches: ChangeBatch[] = [];
    while (batches.length === 0) {
      const pulled = await reader.pull({ batchesMax: 10, waitMs: 5_000 });
      batches.push(...pulled.batches);
      await reader.acknowledge(pulled.cursor);
    }
    const [spill] = await database.query<{ bytes: bigint }>(
      "select sum(spill_bytes)::bigint as bytes from pg_stat_replication_slots",
    );
    expect(spill?.bytes).toBeGreaterThan(0n);
    expect(new Set(batches[0]?.changes.map((change) => change.key)).size).toBe(ROWS);
    expect(process.resourceUsage().maxRSS * 1_024).toBeLessThan(PROCESS_BYTES_MAX);
    await reader.close();
    await close();
  },
  TEST_MS_MAX,
);
