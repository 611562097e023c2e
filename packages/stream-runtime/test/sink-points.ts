/** Where tests kill a process that runs a handler with sinks, and which rule it breaks. */
/** Around a run's commit, around the append of what it has sent, and around the removal of that. */
export const SINK_POINTS = ["beforeCommit", "afterCommit", "beforeAppend", "afterAppend", "afterRemove"] as const;
export type SinkPoint = (typeof SINK_POINTS)[number];

export interface SinkSettings {
  readonly databaseUrl: string;
  readonly kill?: { readonly point: SinkPoint; readonly pass: number } | undefined;
  /** `sendFirst`: messages are appended before their run commits. `removeFirst`: they leave the outbox before the log has them. */
  readonly plant?: "sendFirst" | "removeFirst" | undefined;
}
