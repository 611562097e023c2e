/** What a start needs from outside, looked at before anything is started: whoever is refused has nothing to take back. */
import { openObjectStore } from "@tenon/ad-index/publish";
import type { HostConfig } from "@tenon/admixer";
import { GraphError } from "@tenon/graph-core";
import { type Address, requireFree } from "@tenon/http-host";
import { openDatabase } from "@tenon/postgres";
import { cliError } from "../cli-error.ts";
import type { Terminal } from "../terminal.ts";

export interface StartNeeds {
  readonly address: Address;
  /** Addresses by the name under which they were given; those that were not given are nobody's to look at. */
  readonly databases: Readonly<Record<string, string | null | undefined>>;
  readonly objectStores: Readonly<Record<string, string | null | undefined>>;
}

/** Of the serving host alone. */
export function needsOfServing({ settings }: HostConfig): StartNeeds {
  const { host, port, adSource, indexLog, indexStore } = settings;
  const address = { host, port };
  if (adSource !== "pipeline") return { address, databases: {}, objectStores: {} };
  const isPostgres = /^postgres(ql)?:/.test(indexLog ?? "");
  return {
    address,
    databases: { TENON_INDEX_LOG: isPostgres ? indexLog : null },
    objectStores: { TENON_INDEX_STORE: indexStore },
  };
}

/** Of roles of the pipeline, or of everything in one process. */
export function needsOfIndexing(
  { settings, sources }: HostConfig,
  { environment }: Terminal,
  { isWhole }: { readonly isWhole: boolean },
): StartNeeds {
  const { host, port } = settings;
  const given = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, environment[name]]));
  return {
    // Roles take any port, unless one was asked for.
    address: { host, port: isWhole || sources.port !== "default" ? port : 0 },
    databases: given(["DATABASE_URL", "ADS_DATABASE_URL"]),
    objectStores: given(["OBJECT_STORE_URL"]),
  };
}

/**
 * @throws GraphError TENON1444 for an address that is none of an object store, TENON1603 for one that cannot be listened on, TENON1713
 *   for a database that does not answer
 */
export async function requireFitToStart(needs: StartNeeds, { environment }: Terminal): Promise<void> {
  for (const [name, url] of given(needs.objectStores))
    try {
      openObjectStore(url, environment as NodeJS.ProcessEnv);
    } catch (error) {
      throw underName(name, error);
    }
  await requireFree(needs.address);
  for (const [name, url] of given(needs.databases))
    await openDatabase({ url, connectionsMax: 1, applicationName: "tenon-up" }).then(
      (database) => database.close(),
      (error: unknown) => {
        throw underName(name, error);
      },
    );
}

function given(addresses: StartNeeds["databases"]): readonly (readonly [name: string, url: string])[] {
  return Object.entries(addresses).flatMap(([name, url]) => (url ? [[name, url] as const] : []));
}

/** The same, with the name of what has to be corrected. */
function underName(name: string, error: unknown): unknown {
  if (!(error instanceof GraphError)) return error;
  const { code, category, detail, hint } = error;
  const message = `${name}: ${error.message.replace(`${code} `, "")}`;
  if (code !== "TENON1500") return new GraphError(message, { code, category, detail, hint, cause: error });
  return cliError("noDatabase", {
    ...{ message, detail, cause: error },
    hint: (hint ?? "start the server, or correct the address").replace(/\bDATABASE_URL\b/, name),
  });
}
