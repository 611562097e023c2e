/** The studio's server: a plugin for running hosts, and what an export writes. */
export { type AdMixerSourceOptions, adMixerSource } from "./admixer-source.ts";
export { type AppFiles, appFiles } from "./app-files.ts";
export { documentView } from "./document-view.ts";
export { type Exported, exportStudio } from "./export-folder.ts";
export { hostWhatIf } from "./host-what-if.ts";
export { lineageDocument } from "./lineage-document.ts";
export type { PipelineState } from "./live-samples.ts";
export { type StudioOptions, serveStudio } from "./plugin.ts";
export { askHost, studioProxy } from "./proxy.ts";
export { type Answers, withReports } from "./reports-beside.ts";
export { reportsFolder } from "./reports-folder.ts";
export { StudioData } from "./studio-data.ts";
export type { ReportSource, StudioSource } from "./studio-source.ts";
