/** Where tests kill a handler process. */
/** Around a run: its item is claimed; it is about to commit; it has. Around a pull: the same, before it is acknowledged. */
export const HANDLER_POINTS = [
  "afterClaim",
  "beforeCommit",
  "afterCommit",
  "afterPull",
  "beforeCursorCommit",
  "beforeAcknowledge",
] as const;
export type HandlerPoint = (typeof HANDLER_POINTS)[number];

export interface HandlerSettings {
  readonly databaseUrl: string;
  readonly reader: "slot" | "poll";
  readonly kill?: { readonly point: HandlerPoint; readonly pass: number };
}
