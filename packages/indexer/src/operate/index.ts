/** What operators ask and order of the pipeline. Starts no host. */
export { type Drill, type DrillOptions, type DrillStep, runDrill } from "../drills/drill.ts";
export { DRILLS, drillNamed } from "../drills/drills.ts";
export { StoresDrillPort } from "../drills/stores-port.ts";
export { type Probe, probesIn } from "../probes/probe.ts";
export { type ProbeResult, ProbeResults } from "../probes/probe-results.ts";
export { SWITCH_DEFAULTS, SWITCH_PURPOSES, type SwitchName, SwitchStore } from "../switches/switch-store.ts";
export { type RunRecord, RunStore } from "../workflows/run-store.ts";
export { requireWorkflow } from "../workflows/run-workflows.ts";
export { type JsonRecord, nextDueMs, type Workflow } from "../workflows/workflow.ts";
export { declaredWorkflows } from "./declared-workflows.ts";
export type * from "./document-facts.ts";
export { type LookParts, lookAtDocument } from "./look-at-document.ts";
export { pipelineLag, type StopLag } from "./pipeline-lag.ts";
export { PIPELINE_STOPS, pipelineTopology } from "./pipeline-topology.ts";
export { type Event, timelineOf } from "./timeline.ts";
export type { Rung, Verdict } from "./verdict.ts";
export { ladderOf, whyOf } from "./why.ts";
