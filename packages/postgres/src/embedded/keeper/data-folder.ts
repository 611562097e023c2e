/**
 * The folder that is handed in, and what lies in it:
 *
 * - `tenon-postgres.json`  marker: this folder is ours
 * - `data/`                what Postgres calls its data directory
 * - `secret.json`          password of user postgres, mode 0600
 * - `server.json`          the server started last: its process and port
 * - `keeper/`              lock, log and sockets of the process that keeps the server
 * - `socket/`              the server's socket
 * - `postgres.log`         what the server said; above 10 MB it goes to `postgres.old.log` and begins anew
 */
import { lstat, mkdir, readdir, readFile, realpath, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LaunchFailure } from "./launch-failure.ts";

const MARKER = "tenon-postgres.json";
const FORMAT = 1;

export interface DataFolder {
  readonly path: string;
  readonly data: string;
  readonly secret: string;
  readonly server: string;
  readonly keeper: string;
  readonly socket: string;
  readonly log: string;
}

export function dataFolderAt(path: string): DataFolder {
  return {
    path,
    data: join(path, "data"),
    secret: join(path, "secret.json"),
    server: join(path, "server.json"),
    keeper: join(path, "keeper"),
    socket: join(path, "socket"),
    log: join(path, "postgres.log"),
  };
}

/**
 * Makes the folder when it is missing or empty, and refuses any other that is not ours before anything is written.
 *
 * @throws LaunchFailure TENON1512
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const absolute = resolve(path);
  let names: readonly string[];
  try {
    await mkdir(absolute, { recursive: true, mode: 0o700 });
    names = await readdir(absolute);
  } catch (error) {
    throw notADataFolder(absolute, error instanceof Error ? error.message : String(error), OTHER_FOLDER);
  }
  const folder = dataFolderAt(await realpath(absolute));
  if (names.length === 0) await writeFile(join(folder.path, MARKER), `${JSON.stringify({ format: FORMAT })}\n`);
  else await requireOurs(folder, names);
  await mkdir(folder.keeper, { mode: 0o700 }).catch(ignoreExisting);
  return folder;
}

const OTHER_FOLDER = "name a folder that is empty or does not exist yet";

async function requireOurs(folder: DataFolder, names: readonly string[]): Promise<void> {
  if (names.includes("PG_VERSION")) {
    throw notADataFolder(
      folder.path,
      "it is the data directory of a Postgres server that was set up otherwise",
      "start that server and name it with DATABASE_URL, or name an empty folder",
    );
  }
  if (!names.includes(MARKER)) {
    throw notADataFolder(
      folder.path,
      `expected ${MARKER}, found ${[...names].sort().slice(0, 5).join(", ")}`,
      OTHER_FOLDER,
    );
  }
  const { uid } = await lstat(folder.path);
  const self = process.getuid?.();
  if (self !== undefined && uid !== self) {
    throw notADataFolder(folder.path, `it belongs to user ${uid}, and this is user ${self}`, OTHER_FOLDER);
  }
  const { format } = await readJson<{ format?: unknown }>(join(folder.path, MARKER), {});
  if (format === FORMAT) return;
  // Another process may have made the folder a moment ago, and not yet written the marker's text.
  if (format === undefined && !names.includes("data")) return;
  throw notADataFolder(
    folder.path,
    `its layout is of format ${String(format)}, expected ${FORMAT}`,
    "use the version of Tenon that made it",
  );
}

function notADataFolder(path: string, detail: string, hint: string): LaunchFailure {
  return new LaunchFailure({
    code: "TENON1512",
    category: "input",
    message: `"${path}" cannot be used as a data folder`,
    detail,
    hint,
  });
}

/** The major version that made the data, or `undefined` before the first use. */
export async function dataMajorVersion(folder: DataFolder): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(join(folder.data, "PG_VERSION"), "utf8"), 10);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Postgres cannot read the data of another major version, and would say so less clearly.
 *
 * @throws LaunchFailure TENON1511
 */
export function requireMajorVersion(folder: DataFolder, found: number, expected: number): void {
  if (found === expected) return;
  throw new LaunchFailure({
    code: "TENON1511",
    category: "input",
    message: `the data in "${folder.path}" was made by Postgres ${found}, and this is Postgres ${expected}`,
    detail: `expected major version ${expected}, found ${found}`,
    hint: `dump it with pg_dump of a Postgres ${found}, move the folder away and load the dump; data that can be made again needs the moving only`,
  });
}

export async function readJson<Value>(path: string, missing: Value): Promise<Value> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Value;
  } catch {
    return missing;
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
