/** The stores that `tenon log` and `tenon repo` look at: a database, and the log beside it or on Kafka. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { EventLog } from "@tenon/event-log/api";
import type { GraphError } from "@tenon/graph-core";
import { type Database, type FoundPostgres, findPostgres, openDatabase, redactUrl } from "@tenon/postgres";
import { cliError } from "../cli-error.ts";
import { findProject } from "../project/find-project.ts";
import { folderOf } from "../project/project-of.ts";
import type { Terminal } from "../terminal.ts";
import { ADVERTISERS, inServer, REPOSITORY } from "../whole/databases.ts";

export interface StoreOptions {
  readonly project?: string;
  readonly database?: string;
  readonly postgresFolder?: string;
  readonly kafka?: string;
  readonly json?: boolean;
}

export interface Stores {
  readonly database: Database;
  /** Without its password, for messages. */
  readonly place: string;
  /** The advertisers' database, where the server is that of `tenon up`. */
  readonly adsDatabaseUrl: string | undefined;
  /** Opened when it is asked for. @throws GraphError TENON1714 where no log was ever made */
  readonly log: () => Promise<EventLog>;
}

const POSTGRES_FOLDER = ".tenon/postgres";
/** Commands ask one after the other; reading records takes a second connection. */
const CONNECTIONS_MAX = 4;
const ACQUIRE_MS_MAX = 5_000;
/** In every folder that holds an embedded server's data. */
const FOLDER_MARKER = "tenon-postgres.json";

/**
 * Opens the database, lets the work use it, and closes everything: an embedded server that was started for it stops.
 *
 * @throws GraphError TENON1713 when there is no database, or it does not answer; whatever the work rejects with
 */
export async function withStores<Result>(
  options: StoreOptions,
  terminal: Terminal,
  work: (stores: Stores) => Promise<Result>,
): Promise<Result> {
  const server = await findServer(options, terminal);
  let database: Database | undefined;
  let log: Promise<EventLog> | undefined;
  try {
    const settings = { connectionsMax: CONNECTIONS_MAX, acquireMsMax: ACQUIRE_MS_MAX, applicationName: "tenon-cli" };
    const opened = await openDatabase({ url: server.url, ...settings });
    database = opened;
    const place = redactUrl(server.url);
    const openOnce = () => {
      log ??= openLog(opened, { place, brokers: brokersOf(options, terminal) });
      return log;
    };
    return await work({ database, place, adsDatabaseUrl: server.adsUrl, log: openOnce });
  } finally {
    await log?.then(
      (each) => each.close(),
      () => undefined,
    );
    await database?.close();
    await server.stop();
  }
}

interface FoundServer extends FoundPostgres {
  readonly adsUrl?: string;
}

async function findServer(options: StoreOptions, terminal: Terminal): Promise<FoundServer> {
  const databaseUrl = options.database ?? terminal.environment["DATABASE_URL"];
  const isConfigured = databaseUrl !== undefined && databaseUrl !== "";
  const dataFolder = postgresFolder(options, terminal);
  // Looking must not make a server: an empty one would only say that nothing has run.
  if (!isConfigured && !existsSync(join(dataFolder, FOLDER_MARKER))) {
    throw cliError("noDatabase", {
      message: "there is no database to look at",
      detail: `DATABASE_URL is not set, and no embedded server has its data in ${dataFolder}`,
      hint: "set DATABASE_URL or give --database URL, or name the data folder with --postgres-folder FOLDER",
    });
  }
  try {
    const server = await findPostgres({
      ...{ databaseUrl, dataFolder },
      onNotice: (text) => terminal.talk(`tenon: ${text}\n`),
    });
    return server.kind === "configured" ? server : await ofWholeSystem(server);
  } catch (cause) {
    const { code, message, detail, hint } = cause as GraphError;
    if (code !== "TENON1500") throw cause;
    throw cliError("noDatabase", {
      message: message.replace(`${code} `, ""),
      detail: detail ?? "it does not answer",
      hint: hint ?? "start the server, or correct host, port and DATABASE_URL",
      cause,
    });
  }
}

/** An embedded server that `tenon up` has filled holds two databases of its own. */
async function ofWholeSystem(server: FoundPostgres): Promise<FoundServer> {
  const database = await openDatabase({ url: server.url, connectionsMax: 1 });
  try {
    const found = await database.query("select from pg_database where datname = $1", [REPOSITORY]);
    if (found.length === 0) return server;
    return { ...server, url: inServer(server.url, REPOSITORY), adsUrl: inServer(server.url, ADVERTISERS) };
  } finally {
    await database.close();
  }
}

/** Of the project, where the command is started in one. */
function postgresFolder(options: StoreOptions, terminal: Terminal): string {
  if (options.postgresFolder !== undefined) return resolve(terminal.folder, options.postgresFolder);
  const folder = folderOf(options, terminal);
  let root = folder;
  try {
    root = findProject(folder).root;
  } catch {
    // Stores can be looked at without the project that fills them.
  }
  return join(root, POSTGRES_FOLDER);
}

function brokersOf(options: StoreOptions, terminal: Terminal): readonly string[] {
  const text = options.kafka ?? terminal.environment["KAFKA_BROKERS"] ?? "";
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

interface LogPlace {
  readonly place: string;
  readonly brokers: readonly string[];
}

async function openLog(database: Database, { place, brokers }: LogPlace): Promise<EventLog> {
  if (brokers.length > 0) return openKafka(brokers);
  if (!(await hasTable(database, "tenon_log_topic"))) {
    throw cliError("nothingRan", {
      message: "there is no log yet",
      detail: `the database ${place} holds no topics`,
      hint: "topics are made when a host starts; a log on Kafka is named with KAFKA_BROKERS or --kafka HOST:PORT",
    });
  }
  const { openEmbeddedLog } = await import("@tenon/event-log/embedded");
  return openEmbeddedLog({ database, retainEveryMs: 0 });
}

/** With the client that the project has installed. */
async function openKafka(brokers: readonly string[]): Promise<EventLog> {
  const { openKafkaLog } = await import("@tenon/event-log/kafka");
  const open = (client: "kafkajs" | "platformatic") => openKafkaLog({ brokers, client, clientId: "tenon-cli" });
  return open("platformatic").catch((error: GraphError) => {
    if (error.code !== "TENON1564") throw error;
    return open("kafkajs");
  });
}

export async function hasTable(database: Database, name: string): Promise<boolean> {
  const [row] = await database.query<{ found: boolean }>("select to_regclass($1) is not null as found", [name]);
  return row?.found === true;
}
