import { hostname } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { HostConfig } from "@tenon/admixer";
import { indexerSettings, openStores, type Role, startIndexer } from "@tenon/indexer";
import { cliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";

/** Roles of the pipeline in this process, over the databases and the log of the environment, until it is asked to stop. */
export async function upIndexer(
  { settings: host, sources }: HostConfig,
  { roles, folder }: { readonly roles: readonly Role[]; readonly folder: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const { environment } = terminal;
  const databaseUrl = environment["DATABASE_URL"];
  if (databaseUrl === undefined || databaseUrl === "")
    throw cliError("noDatabase", {
      message: `role ${roles.join(", ")} needs a database`,
      detail: "DATABASE_URL is not set",
      hint: "processes meet in one Postgres: set DATABASE_URL, ADS_DATABASE_URL and, for Kafka, KAFKA_BROKERS; `tenon up` alone brings its own",
    });
  const settings = indexerSettings({
    ...{ databaseUrl, adsDatabaseUrl: environment["ADS_DATABASE_URL"] || databaseUrl },
    kafkaBrokers: (environment["KAFKA_BROKERS"] ?? "").split(",").filter((broker) => broker !== ""),
    objectStoreUrl: environment["OBJECT_STORE_URL"] || pathToFileURL(join(folder, ".tenon/bases")).href,
    workFolder: join(folder, ".tenon/build"),
    probesFolder: environment["PROBES_FOLDER"] || null,
    probeServers: (environment["PROBE_SERVERS"] ?? "").split(",").filter((server) => server !== ""),
    // Processes of several roles run beside one another: any free port, unless one was asked for.
    ...{ host: host.host, port: sources.port === "default" ? 0 : host.port, adminToken: host.adminToken },
    owner: `${hostname()}-${process.pid}`.slice(-60),
  });
  const stores = await openStores(settings, environment as NodeJS.ProcessEnv);
  const failed = Promise.withResolvers<ExitCode>();
  try {
    const running = await startIndexer({
      ...{ stores, roles, http: true },
      onTrouble: (what, error) => terminal.talk(`tenon: ${what}: ${error.message}\n`),
      onFatal: (what, error) => {
        terminal.talk(`tenon: ${what} cannot go on here: ${error.message}\n`);
        failed.resolve(ExitCode.incomplete);
      },
      say: (what) => terminal.talk(`tenon: ${what}\n`),
    });
    terminal.talk(`tenon: ${roles.join(", ")} as ${settings.owner}, ${running.url}; Ctrl-C stops\n`);
    const code = await Promise.race([failed.promise, terminal.stopAsked().then(() => ExitCode.pass)]);
    await running.stop();
    return code;
  } finally {
    await stores.close();
  }
}
