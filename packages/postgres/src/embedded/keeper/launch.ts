/** From a data folder to a server that takes connections. Runs in the keeper, which alone holds the folder. */
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { chooseServer, type ServerPrograms } from "./choose-server.ts";
import { type DataFolder, dataMajorVersion, readJson, requireMajorVersion } from "./data-folder.ts";
import { initData, makeSocketFolder, passwordOf } from "./init-data.ts";
import { LaunchFailure, messageOf, startFailed } from "./launch-failure.ts";
import { type MachineMemory, machineWithHome, type ThisMachine, thisMachine } from "./machine.ts";
import { freePort, HOST, isFree } from "./port.ts";
import { clearPostmaster } from "./postmaster-pid.ts";
import { giveTo, letThrough, ownerOf } from "./run-as.ts";
import { NotStarted, type ServerProcess, startServer } from "./server-process.ts";

/** Somebody else may take a port between our look and the server's start. */
const PORTS_TRIED_MAX = 5;
/** Processes of a server that was killed notice it within milliseconds; until then its memory is in use. */
const LEFTOVERS_TRIED_MAX = 50;
const LEFTOVERS_WAIT_MS = 100;
/** Longest path of a socket on the systems we run on (macOS: 104 bytes with the end). */
const SOCKET_PATH_BYTES_MAX = 103;
const SOCKET_NAME = ".s.PGSQL.65535";

export interface LaunchOptions {
  readonly settings: Readonly<Record<string, string>>;
  /** Taken or refused, instead of a free one. */
  readonly port?: number;
  /** Folder of the programs to run, instead of the package's. */
  readonly home?: string;
}

/** What a process needs to use the server. */
export interface ServerFacts {
  readonly pid: number;
  readonly port: number;
  readonly password: string;
  /** `18.4`. */
  readonly version: string;
  readonly origin: ServerPrograms["origin"];
  readonly runAs: ServerPrograms["runAs"]["kind"];
  /** As the server itself says it: tells it from another server on the same port. */
  readonly dataDirectory: string;
  /** Folder of the server's socket; none when its path would be too long. */
  readonly socketFolder?: string;
  readonly notice?: string;
  /** What the starter asked for beyond our own settings. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface Launched {
  readonly facts: ServerFacts;
  readonly process: ServerProcess;
}

interface ServerRecord {
  readonly pid?: number;
  readonly port?: number;
  readonly checked?: string;
}

/**
 * @param machineWith what the choice of programs asks; tests take some answers away
 * @throws LaunchFailure TENON1510 to TENON1515, TENON1519
 */
export async function launch(
  folder: DataFolder,
  options: LaunchOptions,
  machineWith: (memory: MachineMemory) => ThisMachine = machineFor(options),
): Promise<Launched> {
  const before = await readJson<ServerRecord>(folder.server, {});
  await clearPostmaster(folder);
  const machine = machineWith(before);
  const programs = await chooseServer(machine, dirname(folder.path));
  const major = await dataMajorVersion(folder);
  if (major !== undefined) requireMajorVersion(folder, major, programs.major);
  if (programs.runAs.kind === "user") await letThrough(folder.path);
  const password = await passwordOf(folder, major !== undefined);
  if (major === undefined) await initData(folder, programs, password);
  else {
    const owner = ownerOf(programs.runAs);
    if (owner !== undefined) await giveTo(owner, folder.data);
  }
  const socketFits = Buffer.byteLength(join(folder.socket, SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX;
  const socketFolder = socketFits && process.platform !== "win32" ? folder.socket : undefined;
  if (socketFolder !== undefined) await makeSocketFolder(socketFolder, programs);
  const { server, port } = await startOnPort(folder, programs, { ...options, socketFolder, before: before.port });
  const record: ServerRecord = {
    pid: server.pid,
    port,
    ...(machine.fingerprint !== undefined && { checked: machine.fingerprint }),
  };
  try {
    await writeFile(folder.server, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  } catch (error) {
    // Without its keeper nobody would stop it.
    await server.stop();
    throw startFailed(`the Postgres server of "${folder.path}" was stopped again`, messageOf(error));
  }
  return {
    process: server,
    facts: {
      pid: server.pid,
      port,
      password,
      version: programs.version,
      origin: programs.origin,
      runAs: programs.runAs.kind,
      dataDirectory: folder.data,
      settings: options.settings,
      ...(socketFolder !== undefined && { socketFolder }),
      ...(programs.notice !== undefined && options.home === undefined && { notice: programs.notice }),
    },
  };
}

function machineFor({ home }: LaunchOptions): (memory: MachineMemory) => ThisMachine {
  return home === undefined ? thisMachine : (memory) => machineWithHome(memory, home);
}

interface PortOptions extends LaunchOptions {
  readonly socketFolder: string | undefined;
  /** The port of the last run: clients that outlive a restart find the server again. */
  readonly before: number | undefined;
}

async function startOnPort(
  folder: DataFolder,
  programs: ServerPrograms,
  { settings, socketFolder, port: fixed, before }: PortOptions,
): Promise<{ readonly server: ServerProcess; readonly port: number }> {
  if (fixed !== undefined && !(await isFree(fixed))) throw portTaken(fixed);
  let leftovers = 0;
  for (let tried = 1; ; ) {
    const port = fixed ?? (await freePort(before));
    try {
      const all = { ...settingsFor(programs.major), ...settings, ...addressOf(port, socketFolder) };
      return { server: await startServer(folder, programs, all), port };
    } catch (error) {
      if (!(error instanceof NotStarted)) throw error;
      const said = error.message;
      if (/Address already in use/.test(said)) {
        if (fixed !== undefined) throw portTaken(fixed);
        if (tried++ < PORTS_TRIED_MAX) continue;
      }
      if (/pre-existing shared memory block|shared memory segment/.test(said) && leftovers++ < LEFTOVERS_TRIED_MAX) {
        await wait(LEFTOVERS_WAIT_MS);
        continue;
      }
      throw startFailed(`the Postgres server of "${folder.path}" did not start`, said);
    }
  }
}

function addressOf(port: number, socketFolder: string | undefined): Readonly<Record<string, string>> {
  return {
    listen_addresses: HOST,
    port: String(port),
    unix_socket_directories: socketFolder ?? "",
    unix_socket_permissions: "0700",
  };
}

/** Settings of every server we start; a caller may change them. */
function settingsFor(major: number): Readonly<Record<string, string>> {
  return {
    // The change feed reads the log through a slot.
    wal_level: "logical",
    max_replication_slots: "10",
    max_wal_senders: "10",
    // A slot whose reader is gone would otherwise keep the log until the disk is full.
    max_slot_wal_keep_size: "1GB",
    // An open transaction holds back the change feed and the removal of dead rows for everyone.
    idle_in_transaction_session_timeout: "60s",
    ...(major >= 17 && { transaction_timeout: "300s" }),
  };
}

function portTaken(port: number): LaunchFailure {
  return new LaunchFailure({
    code: "TENON1514",
    category: "resource",
    message: `port ${port} is taken`,
    detail: `another process listens on ${HOST}:${port}`,
    hint: "stop that process, or leave the port out: a free one is then found",
  });
}
