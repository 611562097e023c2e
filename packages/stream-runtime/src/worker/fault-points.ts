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

export interface FaultPoints {
  reached(point: FaultPoint, at: { readonly task: string; readonly partition: number }): void | Promise<void>;
}
