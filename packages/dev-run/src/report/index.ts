/** Reports: what a change does, before it lands. Apart from the rest of dev runs: hosts never load this. */

export { type RanBase, runBase } from "../compare/ran-base.ts";
export { ReportCode, reportError } from "../report-error.ts";
export { type Checkout, checkOut, commitOf, isDirty } from "../versions/checkout.ts";
export type { IndexingAnswer } from "../versions/protocol.ts";
export type { ReplayHost } from "../versions/replay-host.ts";
export { buildReport, type ComparedVersion, type ReportOptions, reportOn } from "./build-report.ts";
export { EXPECT_FILE, type ExpectedChanges, readExpectedChanges } from "./expected-changes.ts";
export { exitCodeOf } from "./gates/exit-code.ts";
export { GATES_FILE, type OwnerGates, ownerNames, readOwnerGates } from "./gates/owner-gates.ts";
export { renderHtml } from "./render/html/render-html.ts";
export { COMMENT_MARKER, renderMarkdown } from "./render/markdown/render-markdown.ts";
export { renderAnnotations, renderWorkflowCommands } from "./render/render-annotations.ts";
export { renderJunit } from "./render/render-junit.ts";
export { renderSarif } from "./render/render-sarif.ts";
export { STUDIO_FOLDER, type StudioPlace } from "./report-address.ts";
export { type Finding, type Report, ReportSchema } from "./report-schema.ts";
export { diffRun, type RunDiff } from "./run-diff.ts";
