import { resolve } from "node:path";
import { GraphError } from "@tenon/graph-core";
import type { Connection } from "../database/database.ts";
import { messageOf } from "../database/errors.ts";
import { openConnection } from "../database/open-connection.ts";
import { requireSettings } from "./check-settings.ts";
import { joinServer } from "./join-server.ts";
import { SUPERUSER } from "./keeper/init-data.ts";
import type { ServerFacts } from "./keeper/launch.ts";
import { HOST } from "./keeper/port.ts";
import type { ServerExit } from "./keeper/server-process.ts";

export interface EmbeddedOptions {
  /** Where the server keeps its data; made when missing, refused when something else is in it. */
  readonly dataFolder: string;
  /**
   * Folder of an installed Postgres 15 or later, with `bin` in it, to run instead of the package's programs. Default: the
   * package's. What the starter of the server says holds.
   */
  readonly home?: string;
  /** Settings of the server beside ours, such as `{ max_connections: "200" }`. All sharers give the same ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The port to take. Default: the last one, or a free one. */
  readonly port?: number;
  /** How long the server outlives its last sharer, in milliseconds. Default 0; what the starter of the server says holds. */
  readonly lingerMs?: number;
  /** Told what a user should know, e.g. that a server of the system is used. Default: standard error. */
  readonly onNotice?: (text: string) => void;
  /** Told when the server ended though this process still shares it. Starting it again recovers all that was committed. */
  readonly onExit?: (exit: ServerExit) => void;
}

export interface EmbeddedPostgres {
  /** Of database `postgres` as superuser, with the password: `redactUrl` before it is shown. */
  readonly url: string;
  /** The same through the server's socket; `undefined` where there is none. */
  readonly socketUrl: string | undefined;
  /** Whether this call caused the start, or another process had the server running. */
  readonly kind: "started" | "joined";
  /** `system`: an installed server is run, because the package's programs do not run here. */
  readonly origin: "package" | "system";
  /** `18.4`. */
  readonly version: string;
  /** Process of the server. */
  readonly pid: number;
  /** Gives up this process's share; the last one stops the server and waits until it has. The end of a process does the same. */
  stop(): Promise<void>;
}

/**
 * Starts the server of a data folder, or joins the one that another process has started. It needs no installed Postgres,
 * no configuration and no particular user; root included.
 *
 * @throws GraphError TENON1507 for unusable settings; TENON1509 when it runs with other settings; TENON1510 when no
 *   Postgres runs here; TENON1511 for data of another major version; TENON1512 for a folder that is not ours; TENON1513
 *   when the server does not start; TENON1514 when the port is another's; TENON1515 for altered programs; TENON1519 when
 *   a server that was started otherwise uses the folder
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { dataFolder, home, settings = {}, port, lingerMs = 0, onNotice = printNotice, onExit } = options;
  requireSettings(settings);
  const share = await joinServer({
    ...{ folder: dataFolder, settings, lingerMs },
    ...(home !== undefined && { home: resolve(home) }),
    ...(port !== undefined && { port }),
  });
  const { facts, started } = share;
  const url = `postgres://${SUPERUSER}:${facts.password}@${HOST}:${facts.port}/postgres`;
  try {
    requireSameSettings(dataFolder, settings, facts);
    await requireOwnServer(url, facts);
  } catch (error) {
    await share.leave();
    throw error;
  }
  if (facts.notice !== undefined && started) onNotice(facts.notice);
  if (onExit !== undefined) void share.ended.then(onExit);
  return {
    url,
    socketUrl:
      facts.socketFolder === undefined
        ? undefined
        : `postgres://${SUPERUSER}:${facts.password}@${encodeURIComponent(facts.socketFolder)}:${facts.port}/postgres`,
    kind: started ? "started" : "joined",
    origin: facts.origin,
    version: facts.version,
    pid: facts.pid,
    stop: share.leave,
  };
}

function printNotice(text: string): void {
  process.stderr.write(`tenon: ${text}\n`);
}

function requireSameSettings(
  dataFolder: string,
  asked: Readonly<Record<string, string>>,
  { settings }: ServerFacts,
): void {
  const names = new Set([...Object.keys(asked), ...Object.keys(settings)]);
  const other = [...names].filter((name) => asked[name] !== settings[name]).sort();
  if (other.length === 0) return;
  throw new GraphError(`the server of "${dataFolder}" runs with other settings`, {
    code: "TENON1509",
    category: "resource",
    detail: other
      .map((name) => `${name}: expected ${asked[name] ?? "none"}, found ${settings[name] ?? "none"}`)
      .join("; "),
    hint: "give the same settings in every process that shares the folder, or stop the others first",
  });
}

/** Another server may answer on the port, e.g. one that took it when ours had just died: its data would be somebody else's. */
export async function requireOwnServer(
  url: string,
  { dataDirectory, port }: Pick<ServerFacts, "dataDirectory" | "port">,
): Promise<void> {
  let connection: Connection;
  try {
    connection = await openConnection({ url });
  } catch (error) {
    throw otherServer(port, messageOf((error as GraphError).cause), error);
  }
  try {
    const [row] = await connection.query<{ data_directory: string }>("show data_directory");
    if (row?.data_directory === dataDirectory) return;
    throw otherServer(port, `expected the data directory ${dataDirectory}, found ${row?.data_directory}`, undefined);
  } finally {
    await connection.close();
  }
}

function otherServer(port: number, detail: string, cause: unknown): GraphError {
  return new GraphError(`what answers on ${HOST}:${port} is not the server that was started`, {
    code: "TENON1514",
    category: "resource",
    detail,
    hint: "stop the server that took the port, then start again: a free port is found",
    cause,
  });
}
