import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { PostgresWorkStore } from "@tenon/stream-runtime";
import { baseBuild } from "../base-build/base-build.ts";
import { collectGarbageOfDocuments } from "../collect-garbage/collect-garbage.ts";
import { UnsyncedMetrics } from "../compare/unsynced-metrics.ts";
import { documentSync } from "../document-sync/document-sync.ts";
import { history } from "../history/history.ts";
import { probeWorkflow } from "../probes/run-probe.ts";
import { refresh } from "../refresh/refresh.ts";
import { sourceSync } from "../source-sync/source-sync.ts";
import { runWorkflows } from "../workflows/run-workflows.ts";
import type { Workflow } from "../workflows/workflow.ts";
import { ARGUS_CONSUMER } from "./argus-role.ts";
import { ENTITIES, type IndexerStores } from "./open-stores.ts";
import type { RoleContext, RunningRole } from "./role.ts";

/** Every workflow, as this process would run it. */
export function workflowsOf(stores: IndexerStores, { onAlarm }: WorkflowsOptions = {}): readonly Workflow[] {
  const { settings, database, log, bases, repo } = stores;
  const { databaseUrl, workFolder, lowWaitingMax, syncsRepair: repair, inFlightMs } = settings;
  const argus = { landingPages: { serviceUrl: settings.landingPagesUrl } };
  const derived = { database, repo, work: new PostgresWorkStore(database), handlers: ARGUS_HANDLERS };
  return [
    baseBuild({
      ...{ database, databaseUrl, log, bases, workFolder, argus },
      ...{ schedule: settings.baseBuildSchedule, threads: settings.buildThreads },
      adsPerPart: settings.adsPerPart,
    }),
    sourceSync({
      ...{ ...stores, repair, inFlightMs, schedule: settings.sourceSyncSchedule },
      ...(onAlarm !== undefined && { onAlarm }),
    }),
    documentSync({
      ...{ ...derived, repair, lowWaitingMax, consumer: ARGUS_CONSUMER },
      schedule: settings.documentSyncSchedule,
    }),
    refresh({ ...derived, lowWaitingMax, schedule: settings.refreshSchedule }),
    collectGarbageOfDocuments({
      ...{ ...derived, retentionMs: settings.documentRetentionMs, replayWindowMs: settings.replayWindowMs },
      schedule: settings.garbageSchedule,
    }),
    history({
      ...{ database, entities: ENTITIES, store: bases, workFolder, schedule: settings.historySchedule },
      ...{ tables: settings.historyTables, snapshotsKept: settings.snapshotsKept },
    }),
    ...probeWorkflows(stores),
  ];
}

function probeWorkflows({ settings, probes, adsDatabase, repo, log, probeResults: results }: IndexerStores) {
  const { probeServers: servers, adminToken: token } = settings;
  return probes.map((probe) => probeWorkflow(probe, { adsDatabase, repo, log, results, servers, token }));
}

export interface WorkflowsOptions {
  /** Told what a person has to look at. */
  readonly onAlarm?: (what: string) => void;
}

const SYNCS = ["source-sync", "document-sync"];

/** Runs workflows that are due or asked for. */
export async function startBatch({ stores, clock, onTrouble, say }: RoleContext): Promise<RunningRole> {
  const workflows = workflowsOf(stores, { onAlarm: (what) => onTrouble("workflows", new Error(what)) });
  const unsynced = new UnsyncedMetrics(stores.runs, SYNCS, { clock, onTrouble });
  unsynced.start();
  const running = await runWorkflows({
    ...{ workflows, store: stores.runs, owner: stores.settings.owner, clock, onTrouble },
    onRun: say,
  });
  return {
    role: "batch",
    metricsText: () =>
      [
        "# HELP tenon_workflow_running Whether this process has a run of the workflow under way.",
        "# TYPE tenon_workflow_running gauge",
        ...workflows.map(
          ({ name }) => `tenon_workflow_running{workflow="${name}"} ${running.current?.workflow === name ? 1 : 0}`,
        ),
        unsynced.text,
      ].join("\n"),
    stop: async () => {
      await running.stop();
      await unsynced.stop();
    },
  };
}
