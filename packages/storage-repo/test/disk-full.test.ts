/** A disk without room, as a small file system of its own: what fails says so, and what was acknowledged stays. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GraphError } from "@tenon/graph-core";
import { type EmbeddedPostgres, sqlStateOf, startEmbeddedPostgres } from "@tenon/postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { versionOf } from "../src/api/version.ts";
import { WriteSetBuilder } from "../src/api/write-set-builder.ts";
import { chainBreaks, GroupBid, ledgerBreaks, readAll, SampleGroup } from "../src/conformance/index.ts";
import { FAST_SETTINGS, openTestRepo, type TestRepo } from "./own-server.ts";

/** An empty server takes about 60 MB with its log. */
const DISK_BYTES = 160_000_000;
const BLOCK_BYTES = 1 << 20;
/** Writes until a disk with this little room is full: far fewer are needed. */
const WRITES_MAX = 2_000;
/** Room for some rows, and none for another part of the server's log. */
const LITTLE_BYTES = 1_000_000;

let disk: string;
let server: EmbeddedPostgres | undefined;
let under: TestRepo | undefined;

/** Why there can be no small file system here, or `undefined` when it is there. */
function mount(): string | undefined {
  if (process.platform !== "linux") return "a small file system is mounted on Linux only";
  if (process.getuid?.() !== 0) return "only root can mount a small file system";
  disk = mkdtempSync(join(tmpdir(), "tenon-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES},mode=0700`, "tmpfs", disk], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    rmdirSync(disk);
    return `this root may not mount: ${String((error as { stderr?: Buffer }).stderr).trim()}`;
  }
}

beforeEach(({ skip }) => {
  const refused = mount();
  skip(refused !== undefined, refused ?? "");
});
afterEach(async () => {
  await under?.close();
  await server?.stop();
  [under, server] = [undefined, undefined];
  // The keeper ends a moment after its last sharer has left.
  execFileSync("umount", ["--lazy", disk]);
  rmdirSync(disk);
});

const start = (onExit?: () => void) =>
  startEmbeddedPostgres({
    dataFolder: join(disk, "data"),
    settings: FAST_SETTINGS,
    ...(onExit !== undefined && { onExit }),
  });

/** Fills the disk up to so many bytes. */
function leave(bytes: number): void {
  const file = openSync(join(disk, "ballast"), "a");
  const block = Buffer.alloc(BLOCK_BYTES);
  try {
    for (;;) {
      const { bavail, bsize } = statfsSync(disk);
      const more = Math.min(BLOCK_BYTES, bavail * bsize - bytes);
      if (more <= 0) return;
      writeSync(file, block, 0, more);
    }
  } finally {
    closeSync(file);
  }
}

const makeRoom = () => rmSync(join(disk, "ballast"));

interface Writer {
  readonly acknowledged: bigint[];
  readonly unknown: bigint[];
  /** Commits rows until one fails; what failed. */
  untilFailure(): Promise<GraphError>;
  once(): Promise<void>;
}

/** Writes rows of about 20 kB that do not compress. Versions name the commits. */
function writer(): Writer {
  let sequence = 0;
  const acknowledged: bigint[] = [];
  const unknown: bigint[] = [];
  const once = async () => {
    const version = versionOf(0, ++sequence);
    const columns = { clickRate: null, impressions: 0n, extra: { text: randomBytes(10_000).toString("hex") } };
    try {
      await under?.repo.tx((tx) =>
        tx.write(new WriteSetBuilder().write(SampleGroup, "signals", { key: sequence, version, columns }).build()),
      );
      acknowledged.push(version);
    } catch (error) {
      if ((error as GraphError).code === "TENON1503") unknown.push(version);
      throw error;
    }
  };
  const untilFailure = async () => {
    for (let write = 0; write < WRITES_MAX; write++) {
      try {
        await once();
      } catch (error) {
        return error as GraphError;
      }
    }
    throw new Error(`${WRITES_MAX} writes found room`);
  };
  return { acknowledged, unknown, untilFailure, once };
}

test("rows that find no room are refused by name, the rest goes on, and with room writing does", async () => {
  server = await start();
  under = await openTestRepo(server.url);
  const { repo, database } = under;
  const { acknowledged, unknown, untilFailure, once } = writer();
  for (let write = 0; write < 5; write++) await once();
  // The server's log begins a new part of 16 MB, so that it is the table which finds no room.
  await database.query("select pg_switch_wal()");
  await once();
  leave(LITTLE_BYTES);
  const failure = await untilFailure();
  expect([failure.code, failure.category, sqlStateOf(failure)]).toEqual(["TENON1501", "resource", "53100"]);
  expect(failure.hint).toContain("make room");
  expect(await repo.read([GroupBid], (snapshot) => snapshot.rows(GroupBid, [1]))).toHaveLength(1);
  makeRoom();
  for (let write = 0; write < 5; write++) await once();
  const batches = await readAll(under.feed(), acknowledged.length);
  expect(ledgerBreaks(batches, { acknowledged, unknown })).toEqual([]);
  expect(chainBreaks(batches)).toEqual([]);
  const [stored] = await database.query<{ rows: bigint }>("select count(*) as rows from repo.sample_group");
  expect(stored?.rows).toBe(BigInt(acknowledged.length));
});

test("a server whose log finds no room ends, does not start without room, and loses nothing", async () => {
  const exited = Promise.withResolvers<void>();
  server = await start(exited.resolve);
  under = await openTestRepo(server.url);
  const { acknowledged, unknown, untilFailure, once } = writer();
  for (let write = 0; write < 5; write++) await once();
  leave(0);
  // Whatever comes next needs a new part of the log.
  await under.database.query("select pg_switch_wal()").catch(() => undefined);
  const failure = await untilFailure();
  expect(["TENON1500", "TENON1501", "TENON1503", "TENON1504"]).toContain(failure.code);
  await exited.promise;
  await under.close();
  await server.stop();
  [server, under] = [undefined, undefined];
  await expect(start()).rejects.toMatchObject({ code: "TENON1513", detail: expect.stringMatching(/no space left/i) });
  makeRoom();
  server = await start();
  under = await openTestRepo(server.url);
  await once();
  const batches = await readAll(under.feed(), acknowledged.length);
  expect(ledgerBreaks(batches, { acknowledged, unknown })).toEqual([]);
  expect(chainBreaks(batches)).toEqual([]);
  const [stored] = await under.database.query<{ rows: bigint }>("select count(*) as rows from repo.sample_group");
  expect(stored?.rows).toBe(BigInt(batches.length));
});
