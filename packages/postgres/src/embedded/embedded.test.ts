/** The embedded server as its users meet it: real servers and real processes. Each test leaves no server behind. */
import { spawn } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ended, gone, type Sharer, startSharer } from "../../test/processes.ts";
import { openDatabase } from "../database/open-database.ts";
import { type TestDatabase, testDatabase } from "../testing/test-database.ts";
import { type EmbeddedOptions, type EmbeddedPostgres, requireOwnServer, startEmbeddedPostgres } from "./embedded.ts";
import { findPostgres } from "./find-postgres.ts";
import { findPackage } from "./keeper/binaries.ts";
import { newestLock } from "./keeper/generation-lock.ts";
import { isAlive } from "./keeper/postmaster-pid.ts";
import { commandAs } from "./keeper/run-as.ts";
import type { ServerExit } from "./keeper/server-process.ts";

const root = process.getuid?.() === 0;
/** Everybody gets through to it. */
let parent: string;
/** Used by most tests, one after the other: only the first pays for a first use. */
let dataFolder: string;
const servers: EmbeddedPostgres[] = [];
const sharers: Sharer[] = [];
/** Somebody else's server. */
let shared: TestDatabase;

beforeAll(async () => {
  parent = await realpath(await mkdtemp(join(tmpdir(), "tenon-embedded-")));
  await chmod(parent, 0o755);
  dataFolder = join(parent, "postgres");
  shared = await testDatabase();
});
afterEach(async () => {
  for (const { process: child } of sharers.splice(0)) {
    child.kill("SIGKILL");
    await ended(child);
  }
  const all = servers.splice(0);
  for (const server of all) await server.stop();
  for (const server of all) await gone(server.pid);
});
afterAll(async () => {
  await shared.drop();
  await rm(parent, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataFolder, ...options });
  servers.push(server);
  return server;
}

async function share(...[folder, options]: Parameters<typeof startSharer>): Promise<Sharer> {
  const sharer = await startSharer(folder, options);
  sharers.push(sharer);
  return sharer;
}

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const database = await openDatabase({ url, connectionsMax: 1 });
  try {
    return await database.query(text);
  } finally {
    await database.close();
  }
}

async function codeOf(failing: Promise<unknown>): Promise<unknown> {
  const error = (await failing.catch((failure: unknown) => failure)) as { readonly code?: string } | undefined;
  return error?.code ?? error;
}

test("a first use makes data, asks for a password and says what runs; its rows are there after a warm start", async () => {
  const first = await start();
  expect(first).toMatchObject({ kind: "started", origin: "package", version: "18.4" });
  await query(first.url, "create table kept (id int8)");
  await query(first.url, "insert into kept values (7)");
  const settings = await query(
    first.url,
    `select name, setting from pg_settings where name in ('wal_level', 'listen_addresses', 'transaction_timeout',
      'idle_in_transaction_session_timeout', 'max_slot_wal_keep_size') order by name`,
  );
  expect(settings.map(({ name, setting }) => `${name} ${setting}`)).toEqual([
    "idle_in_transaction_session_timeout 60000",
    "listen_addresses 127.0.0.1",
    "max_slot_wal_keep_size 1024",
    "transaction_timeout 300000",
    "wal_level logical",
  ]);
  const wrong = new URL(first.url);
  wrong.password = "guess";
  expect(await codeOf(openDatabase({ url: wrong.href }))).toBe("TENON1500");
  expect(await codeOf(openDatabase({ url: first.socketUrl?.replace(/:[^:@]*@/, ":guess@") ?? "" }))).toBe("TENON1500");
  expect(await query(first.socketUrl ?? "", "select id from kept")).toEqual([{ id: 7n }]);
  for (const name of ["secret.json", "server.json"]) {
    expect((await stat(join(dataFolder, name))).mode & 0o777).toBe(0o600);
  }
  await first.stop();
  await gone(first.pid);
  const again = await start();
  expect(new URL(again.url).port).toBe(new URL(first.url).port);
  expect(await query(again.url, "select id from kept")).toEqual([{ id: 7n }]);
});

test("a server runs as nobody where root may not, and in a closed folder in a user namespace", async () => {
  const open = await start();
  const owner = async (pid: number) => (await stat(`/proc/${pid}`)).uid;
  if (process.platform === "linux" && root) expect(await owner(open.pid)).toBe(65_534);
  const closed = join(parent, "closed");
  await mkdir(closed, { mode: 0o700 });
  try {
    const server = await start({ dataFolder: join(closed, "postgres") });
    expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
    if (root) expect((await stat(join(closed, "postgres", "data"))).uid).toBe(0);
  } catch (error) {
    // Containers may forbid user namespaces: then the way out is told.
    expect(error).toMatchObject({ code: "TENON1510", detail: expect.stringContaining("user namespace") });
  }
});

test("an ordinary user needs nothing else", async ({ skip }) => {
  skip(!root, "every other test runs as an ordinary user already");
  const home = join(parent, "ordinary");
  await mkdir(home, { mode: 0o700 });
  await chown(home, 65_534, 65_534);
  const sharer = await share(join(home, "postgres"), { user: { uid: 65_534, gid: 65_534 } });
  expect(sharer.kind).toBe("started");
  expect(await query(sharer.url, "select 1 as one")).toEqual([{ one: 1 }]);
  sharer.process.kill("SIGKILL");
  await gone(sharer.pid);
});

test("of many that start at once one starts the server, and all share it", async () => {
  const [other, ...own] = await Promise.all([share(dataFolder), start(), start(), start()]);
  const all = [other, ...own];
  expect(new Set(all.map(({ pid }) => pid)).size).toBe(1);
  expect(all.filter(({ kind }) => kind === "started").length).toBe(1);
});

test("a killed sharer does not take the server from the others, and the last one leaving stops it", async () => {
  const other = await share(dataFolder);
  const own = await start();
  expect([other.kind, own.kind]).toEqual(["started", "joined"]);
  other.process.kill("SIGKILL");
  await ended(other.process);
  expect(await query(own.url, "select 1 as one")).toEqual([{ one: 1 }]);
  await own.stop();
  expect(isAlive(own.pid)).toBe(false);
});

test("a server whose only sharer is killed stops by itself", async () => {
  const other = await share(dataFolder);
  other.process.kill("SIGKILL");
  await gone(other.pid);
  // Stopped, not crashed.
  expect(await readFile(join(dataFolder, "postgres.log"), "utf8")).toMatch(/database system is shut down\n$/);
});

test("a lingering server is joined again after its last sharer", async () => {
  const first = await start({ lingerMs: 60_000 });
  await first.stop();
  const second = await start();
  expect([second.kind, second.pid]).toEqual(["joined", first.pid]);
  // The starter's wish holds, so this one is ended as a machine would end it at shut-down.
  await second.stop();
  process.kill(await keeperOf(second), "SIGTERM");
  await gone(second.pid);
});

test("a killed server is told, and its next start has every committed row", async () => {
  const exits: ServerExit[] = [];
  const told = Promise.withResolvers<void>();
  const server = await start({
    onExit: (exit) => {
      exits.push(exit);
      told.resolve();
    },
  });
  await query(server.url, "create table crashed (id int8)");
  const lost: Error[] = [];
  const database = await openDatabase({ url: server.url, onConnectionLost: (reason) => lost.push(reason) });
  await Promise.all([1, 2, 3].map((id) => database.execute("insert into crashed values ($1)", [id])));
  process.kill(server.pid, "SIGKILL");
  await told.promise;
  expect(exits).toEqual([{ code: null, signal: "SIGKILL" }]);
  await server.stop();
  const again = await start();
  expect(again.kind).toBe("started");
  expect(await query(again.url, "select count(*) from crashed")).toEqual([{ count: 3n }]);
  // The pool of before finds the server again, because it kept its port.
  expect(await database.query("select count(*) from crashed")).toEqual([{ count: 3n }]);
  expect(lost.length).toBeGreaterThan(0);
  await database.close();
});

test("a server that lost its keeper is taken over without loss", async () => {
  const server = await start();
  await query(server.url, "create table orphaned as select 1::int8 as id");
  process.kill(await keeperOf(server), "SIGKILL");
  const again = await start();
  expect(again.pid).not.toBe(server.pid);
  await gone(server.pid);
  expect(await query(again.url, "select id from orphaned")).toEqual([{ id: 1n }]);
});

test("a lock file whose number now belongs to another process does not stop the start", async () => {
  const data = join(dataFolder, "data");
  const { uid, gid } = await stat(data);
  // Of the server's own user: Postgres passes over those of others by itself.
  const other = spawn("sleep", ["600"], { stdio: "ignore", ...(root && { uid, gid }) });
  try {
    const lines = [other.pid, data, 1_700_000_000, 5432, "", "127.0.0.1", "", "ready   "];
    await writeFile(join(data, "postmaster.pid"), `${lines.join("\n")}\n`);
    const server = await start();
    expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
  } finally {
    other.kill();
  }
});

test("a server that was started otherwise is left alone and named", async () => {
  const server = await start();
  const { uid, gid } = await stat(join(dataFolder, "data"));
  await server.stop();
  const runAs = root ? ({ kind: "user", uid, gid } as const) : ({ kind: "self" } as const);
  const program = join(await packageHome(), "bin", "postgres");
  const data = join(dataFolder, "data");
  const command = commandAs(runAs, program, [
    "-D",
    data,
    "-c",
    "listen_addresses=",
    "-c",
    `unix_socket_directories=${join(dataFolder, "socket")}`,
  ]);
  const child = spawn(command.file, command.args, { ...command.options, stdio: ["ignore", "ignore", "pipe"] });
  try {
    await new Promise<void>((resolve) => {
      child.stderr.on("data", (text) => String(text).includes("ready to accept") && resolve());
    });
    expect(await codeOf(startEmbeddedPostgres({ dataFolder }))).toBe("TENON1519");
    expect(child.exitCode).toBe(null);
  } finally {
    child.kill("SIGINT");
    await ended(child);
  }
});

test("data of another major version is refused with both versions", async () => {
  const version = join(dataFolder, "data", "PG_VERSION");
  const before = await readFile(version, "utf8");
  await writeFile(version, "17\n");
  const error = await startEmbeddedPostgres({ dataFolder }).catch((failure) => failure);
  await writeFile(version, before);
  expect([error.code, error.detail]).toEqual(["TENON1511", "expected major version 18, found 17"]);
});

test("a folder with something else in it is refused", async () => {
  const photos = join(parent, "photos");
  await mkdir(photos);
  await writeFile(join(photos, "cat.jpg"), "");
  expect(await codeOf(startEmbeddedPostgres({ dataFolder: photos }))).toBe("TENON1512");
  expect(await readdir(photos)).toEqual(["cat.jpg"]);
});

test("other settings than the running server's are refused, and bad ones before anything starts", async () => {
  await start();
  expect(await codeOf(startEmbeddedPostgres({ dataFolder, settings: { work_mem: "8MB" } }))).toBe("TENON1509");
  expect(await codeOf(startEmbeddedPostgres({ dataFolder, settings: { port: "1" } }))).toBe("TENON1507");
});

test("a setting that the server does not know ends the start with the server's words", async () => {
  const error = await startEmbeddedPostgres({ dataFolder, settings: { no_such: "1" } }).catch((failure) => failure);
  expect([error.code, error.detail]).toEqual(["TENON1513", expect.stringContaining("no_such")]);
});

test("the last port is left when somebody took it, and a fixed one that is taken is refused", async () => {
  const before = await start();
  const port = Number(new URL(before.url).port);
  await before.stop();
  const taker = await listenOn(port);
  try {
    expect(await codeOf(startEmbeddedPostgres({ dataFolder, port }))).toBe("TENON1514");
    const server = await start();
    expect(Number(new URL(server.url).port)).not.toBe(port);
  } finally {
    await new Promise((resolve) => taker.close(resolve));
  }
});

test("another server that answers on the port is not mistaken for ours", async () => {
  const server = await start();
  const port = Number(new URL(shared.url).port);
  const ours = { dataDirectory: join(dataFolder, "data") };
  await requireOwnServer(server.url, { ...ours, port: Number(new URL(server.url).port) });
  expect(await codeOf(requireOwnServer(shared.url, { ...ours, port }))).toBe("TENON1514");
  const strange = new URL(server.url);
  strange.port = String(port);
  expect(await codeOf(requireOwnServer(strange.href, { ...ours, port }))).toBe("TENON1514");
});

test("a configured server is used as it is, and none is started in its place when it does not answer", async () => {
  const found = await findPostgres({ databaseUrl: shared.url, dataFolder: join(parent, "unused") });
  expect(found).toMatchObject({ url: shared.url, kind: "configured", version: "18.4" });
  await found.stop();
  const away = "postgres://someone:hidden@127.0.0.1:1/nothing";
  const error = await findPostgres({ databaseUrl: away, dataFolder: join(parent, "unused") }).catch(
    (failure) => failure,
  );
  expect(error.code).toBe("TENON1500");
  expect(JSON.stringify(error)).not.toContain("hidden");
  expect(await readdir(parent)).not.toContain("unused");
  const started = await findPostgres({ databaseUrl: undefined, dataFolder });
  const joined = await findPostgres({ databaseUrl: "", dataFolder });
  expect([started.kind, joined.kind]).toEqual(["started", "joined"]);
  await Promise.all([started.stop(), joined.stop()]);
});

/** The keeper is the server's parent. */
async function keeperOf({ pid }: EmbeddedPostgres): Promise<number> {
  expect(await newestLock(join(dataFolder, "keeper"))).toBeDefined();
  return Number(/^PPid:\s+(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]);
}

async function packageHome(): Promise<string> {
  const found = await findPackage();
  return "native" in found ? found.native : "";
}

function listenOn(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}
