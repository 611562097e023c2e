import { bind } from "@tenon/graph-core";
import { gatewayChangesTask, gatewaySignalsTask } from "@tenon/graphs/tasks";
import { AdsDatabaseResource, GatewayPolicyResource } from "@tenon/nodes";
import { PostgresTaskStore, runTasks } from "@tenon/stream-runtime";
import { ChangeLogRelay } from "./change-log-relay.ts";
import { ROUND_MS, type RoleContext, type RunningRole } from "./role.ts";

export const GATEWAY_TASKS = [gatewayChangesTask, gatewaySignalsTask];

/** Resources of the gateway's graphs. */
export function gatewayBindings({ stores, switches }: Pick<RoleContext, "stores" | "switches">) {
  const policy = () => {
    const { values, version } = switches.current;
    return { version: `switches-${version}`, dropContentBeforeMs: values.dropContentBeforeMs, lanes: {} };
  };
  return {
    adsDatabase: bind(AdsDatabaseResource, { value: stores.adsRows }),
    gatewayPolicy: bind(GatewayPolicyResource, { current: policy }, ({ version }) => version),
  };
}

/** Reads upstreams, and sends updates in their lanes. */
export async function startGateway(context: RoleContext): Promise<RunningRole> {
  const { stores, clock, onTrouble, onFatal, onRun } = context;
  const { settings, log, database, runs } = stores;
  const relay = new ChangeLogRelay({
    ...{ url: settings.adsDatabaseUrl, slot: settings.slot, log, clock, onTrouble, onFatal },
    onTruncate: async (table) => {
      context.say(`table "${table}" of the ads database was emptied: a sync will find what is gone`);
      await runs.ask({ workflow: "source-sync", options: { repair: true } });
    },
  });
  const tasks = await runTasks({
    ...{ tasks: GATEWAY_TASKS, log, owner: settings.owner, clock, checkedShare: settings.checkedShare },
    roundMs: ROUND_MS,
    store: new PostgresTaskStore({ database }),
    resources: gatewayBindings(context),
    ...(onRun && { onRun }),
    onHalted: (task, error) => onTrouble(`task ${task.name}`, error),
    onStuck: (task, error) => onFatal(`task ${task.name}`, error),
  });
  relay.start();
  return {
    role: "gateway",
    metricsText: () => `${tasks.metricsText()}${relayText(relay)}`,
    stop: async () => {
      await relay.stop();
      await tasks.stop();
    },
  };
}

function relayText({ isReading, changes, lastCommitMs }: ChangeLogRelay): string {
  return [
    "# HELP tenon_change_log_reading Whether this process reads the change log of the ads database.",
    "# TYPE tenon_change_log_reading gauge",
    `tenon_change_log_reading ${isReading ? 1 : 0}`,
    "# HELP tenon_change_log_changes_total Changes of rows that the log has taken.",
    "# TYPE tenon_change_log_changes_total counter",
    `tenon_change_log_changes_total ${changes}`,
    "# HELP tenon_change_log_commit_seconds When the newest of them committed, seconds since 1970.",
    "# TYPE tenon_change_log_commit_seconds gauge",
    `tenon_change_log_commit_seconds ${lastCommitMs / 1_000}`,
    "",
  ].join("\n");
}
