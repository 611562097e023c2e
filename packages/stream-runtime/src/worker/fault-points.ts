/** Places where tests stop, kill or delay a worker. In production nobody listens. */
export const FAULT_POINTS = [
  "afterRead",
  "midBatch",
  "beforeCommit",
  "afterFence",
  "afterState",
  "afterOutbox",
  "afterCommit",
  "duringRelay",
  "afterAppend",
] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

/** Rules that a test may have a worker break, to show that breaking them is noticed. */
export type BreakableRule =
  /** A message reaches the log only after the commit that holds it. */
  | "relayAfterCommit"
  /** A message leaves the outbox only after the log has it. */
  | "removeAfterAppend"
  /** A message that was taken before is dropped. */
  | "takeOnce"
  /** A partition is given up only after its batch is finished. */
  | "drainBeforeRelease";

export interface FaultPoints {
  reached(point: FaultPoint, at: { readonly task: string; readonly partition: number }): void | Promise<void>;
  breaks?(rule: BreakableRule): boolean;
}
