/** The log in Postgres: for one machine, and for as many as share a server. */
export type { EmbeddedLog } from "./embedded-log.ts";
export { type EmbeddedLogOptions, openEmbeddedLog } from "./open-embedded-log.ts";
