/** The indexing host: roles over stores, batch workflows, switches, stages by call. */
export { type ArgusSettings, argusBindings } from "./argus/bindings.ts";
export { handlerGraphs, indexingExecutors, recordingRun } from "./dev-run/indexing-executors.ts";
export { type FirstLoaded, firstLoad } from "./first-load/first-load.ts";
export { ARGUS_CONSUMER } from "./host/argus-role.ts";
export {
  INDEXER_DEFAULTS,
  type IndexerSettings,
  IndexerSettingsSchema,
  indexerSettings,
} from "./host/indexer-settings.ts";
export { type IndexerStores, openStores } from "./host/open-stores.ts";
export {
  type Backlog,
  lookAtPipeline,
  type PipelineLook,
  type UntilQuietOptions,
  untilQuiet,
} from "./host/quiet.ts";
export { ROLES, type Role } from "./host/role.ts";
export { type RunningIndexer, type StartIndexerOptions, startIndexer } from "./host/start-indexer.ts";
export { idOfProbe, type Probe, probesIn } from "./probes/probe.ts";
export { type ProbeResult, ProbeResults, type ProbeStep } from "./probes/probe-results.ts";
export { type ProbeWorkflowOptions, probeWorkflow } from "./probes/run-probe.ts";
export { ArgusCalls } from "./rpc/argus-calls.ts";
export { type CallMode, type StageAnswer, type StageMessage, StageRuns } from "./rpc/stage-runs.ts";
export {
  SWITCH_DEFAULTS,
  SWITCH_PURPOSES,
  type SwitchName,
  type SwitchRecord,
  SwitchStore,
  type SwitchValues,
} from "./switches/switch-store.ts";
export { type RunWorkflowsOptions, runWorkflows } from "./workflows/run-workflows.ts";
