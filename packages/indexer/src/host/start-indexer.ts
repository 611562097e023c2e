/** An indexing process: some roles over one set of stores. */
import { type HostClock, systemClock } from "@tenon/graph-core";
import { metricsTextOf } from "@tenon/http-host";
import { IndexingRuns } from "../dev-run/indexing-runs.ts";
import { StageLatency } from "../observe/stage-latency.ts";
import { SwitchWatch } from "../switches/switch-watch.ts";
import { startArgus } from "./argus-role.ts";
import { startBatch } from "./batch-role.ts";
import { startGateway } from "./gateway-role.ts";
import { type HttpSurface, openHttpSurface } from "./http-surface.ts";
import type { IndexerStores } from "./open-stores.ts";
import type { Role, RoleContext, RunningRole } from "./role.ts";
import { startUpdater } from "./updater-role.ts";

const STARTS: Readonly<Record<Role, (context: RoleContext) => Promise<RunningRole>>> = {
  gateway: startGateway,
  updater: startUpdater,
  argus: startArgus,
  batch: startBatch,
};

export interface StartIndexerOptions {
  readonly stores: IndexerStores;
  readonly roles: readonly Role[];
  readonly clock?: HostClock;
  readonly onTrouble?: (what: string, error: Error) => void;
  readonly onFatal?: (what: string, error: Error) => void;
  /** Whether to listen for calls, metrics and health, at the settings' address. Default: no. */
  readonly http?: boolean;
  /** Told what is worth a line: workflows that begin and end. */
  readonly say?: (what: string) => void;
}

export interface RunningIndexer {
  readonly roles: readonly Role[];
  /** Of the HTTP surface; null without one. */
  readonly url: string | null;
  /** Prometheus text of all roles, and of what this process has measured. */
  metricsText(): string;
  /** Stops the roles, last ones first; stores stay open. */
  stop(): Promise<void>;
}

const nothing = () => undefined;

/** Starts roles; when one cannot start, those that have are stopped. */
export async function startIndexer(options: StartIndexerOptions): Promise<RunningIndexer> {
  const { stores, roles, clock = systemClock, onTrouble = nothing, onFatal = nothing, say = nothing } = options;
  const switches = new SwitchWatch(stores.switches, clock, onTrouble);
  await switches.start();
  const latency = new StageLatency(clock);
  const kept = new IndexingRuns(stores.settings, clock, onTrouble);
  const broken: string[] = [];
  const running: RunningRole[] = [];
  const metricsText = () =>
    running.map((role) => role.metricsText()).join("") + metricsTextOf([...latency.families(), ...kept.families()]);
  let surface: HttpSurface | undefined;
  const stop = async () => {
    await surface?.close();
    for (const role of running.splice(0).reverse()) await role.stop();
    await kept.stop();
    switches.stop();
  };
  try {
    // Readers before writers: nothing waits for a stage that is still to come.
    const context: RoleContext = {
      ...{ switches, clock, latency, onTrouble, say, onRun: kept.onRun },
      stores: { ...stores, log: latency.measured(stores.log) },
      onFatal: (what, error) => {
        broken.push(what);
        onFatal(what, error);
      },
    };
    for (const role of ["batch", "argus", "updater", "gateway"] as const)
      if (roles.includes(role)) running.push(await STARTS[role](context));
    if (options.http === true)
      surface = await openHttpSurface({ stores, switches, clock, onTrouble, metricsText, broken });
  } catch (error) {
    await stop();
    throw error;
  }
  return { roles, url: surface?.url ?? null, metricsText, stop };
}
