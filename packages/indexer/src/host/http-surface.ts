/** Calls, metrics and health of an indexing process. Any process answers for any stage: what a call needs is in the stores. */
import type { HostClock } from "@tenon/graph-core";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { cannotListen, metricsTextOf } from "@tenon/http-host";
import { PostgresWorkStore } from "@tenon/stream-runtime";
import { argusBindings } from "../argus/bindings.ts";
import { StoreMetrics } from "../observe/store-metrics.ts";
import { ArgusCalls } from "../rpc/argus-calls.ts";
import { httpServer } from "../rpc/http-server.ts";
import { StageRuns } from "../rpc/stage-runs.ts";
import type { SwitchWatch } from "../switches/switch-watch.ts";
import { GATEWAY_TASKS, gatewayBindings } from "./gateway-role.ts";
import type { IndexerStores } from "./open-stores.ts";
import { UPDATER_TASKS } from "./updater-role.ts";

export interface HttpSurfaceOptions {
  readonly stores: IndexerStores;
  readonly switches: SwitchWatch;
  readonly clock: HostClock;
  readonly onTrouble: (what: string, error: Error) => void;
  readonly metricsText: () => string;
  /** Parts of this process that cannot go on; grows while it runs. */
  readonly broken: readonly string[];
}

export interface HttpSurface {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Work items need their tables, whichever roles run here.
 *
 * @throws GraphError TENON1603 when the address cannot be listened on
 */
export async function openHttpSurface(options: HttpSurfaceOptions): Promise<HttpSurface> {
  const { stores, switches, clock, onTrouble, metricsText, broken } = options;
  const { settings, database, log, repo } = stores;
  const work = new PostgresWorkStore(database);
  await work.prepare();
  const storeMetrics = new StoreMetrics(stores, clock, onTrouble);
  const server = httpServer({
    ...{ settings, onTrouble },
    stages: new StageRuns({
      ...{ tasks: [...GATEWAY_TASKS, ...UPDATER_TASKS], log, database, repo, outbox: work.sinks, clock },
      resources: gatewayBindings({ stores, switches }),
    }),
    argus: new ArgusCalls({
      ...{ handlers: ARGUS_HANDLERS, database, repo, work, clock },
      resources: argusBindings({ landingPages: { serviceUrl: settings.landingPagesUrl } }, clock),
    }),
    metricsText: async () => metricsText() + metricsTextOf(await storeMetrics.families()),
    notReadyBecause: async () => {
      const [part] = broken;
      if (part !== undefined) return `${part} cannot go on here`;
      return database.query("select 1").then(
        () => null,
        (error: Error) => `the database does not answer: ${error.message}`,
      );
    },
  });
  const { host, port } = settings;
  const url = await server.listen({ host, port }).catch(async (error: unknown) => {
    await server.close();
    throw cannotListen({ host, port }, error);
  });
  return { url, close: () => server.close() };
}
