import { baseBuild } from "../base-build/base-build.ts";
import { probeWorkflow } from "../probes/run-probe.ts";
import { runWorkflows } from "../workflows/run-workflows.ts";
import type { Workflow } from "../workflows/workflow.ts";
import type { IndexerStores } from "./open-stores.ts";
import type { RoleContext, RunningRole } from "./role.ts";

/** Every workflow, as this process would run it. */
export function workflowsOf(stores: IndexerStores): readonly Workflow[] {
  const { settings, database, log, bases } = stores;
  const { databaseUrl, workFolder, baseBuildSchedule: schedule, buildThreads: threads } = settings;
  const argus = { landingPages: { serviceUrl: settings.landingPagesUrl } };
  return [
    baseBuild({ database, databaseUrl, log, bases, workFolder, schedule, threads, argus }),
    ...probeWorkflows(stores),
  ];
}

function probeWorkflows({ settings, probes, adsDatabase, repo, log, probeResults: results }: IndexerStores) {
  const { probeServers: servers, adminToken: token } = settings;
  return probes.map((probe) => probeWorkflow(probe, { adsDatabase, repo, log, results, servers, token }));
}

/** Runs workflows that are due or asked for. */
export async function startBatch({ stores, clock, onTrouble, say }: RoleContext): Promise<RunningRole> {
  const running = await runWorkflows({
    ...{ workflows: workflowsOf(stores), store: stores.runs, owner: stores.settings.owner, clock, onTrouble },
    onRun: say,
  });
  return {
    role: "batch",
    metricsText: () =>
      [
        "# HELP tenon_workflow_running Whether this process has a run of the workflow under way.",
        "# TYPE tenon_workflow_running gauge",
        ...workflowsOf(stores).map(
          ({ name }) => `tenon_workflow_running{workflow="${name}"} ${running.current?.workflow === name ? 1 : 0}`,
        ),
        "",
      ].join("\n"),
    stop: () => running.stop(),
  };
}
