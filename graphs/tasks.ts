/** Every task: which graph over which topic. */
export { adCounts, dedupeAdEvents } from "./events/ad-event.tasks.ts";
export { gatewayChangesTask, gatewaySignalsTask } from "./indexing/gateway.tasks.ts";
export { updaterHigh, updaterLow, updaterMedium } from "./indexing/updater.tasks.ts";
