/** Runs any graph over a log, so that every record counts once, whatever is killed. */
export {
  childRows,
  type Handler,
  type HandlerInput,
  type HandlerOptions,
  handler,
  ownRow,
  type Produced,
  parentRow,
} from "./change/handler.ts";
export { MemoryWorkStore } from "./change/memory-work-store.ts";
export { PostgresWorkStore } from "./change/postgres-work-store.ts";
export type { RunOutcome } from "./change/run-failures.ts";
export { type RunHandlersOptions, type RunningHandlers, runHandlers } from "./change/run-handlers.ts";
export type * from "./change/work-store.ts";
export { type WorkOfHandler, type WorkWaiting, workByHandler, workWaiting } from "./change/work-waiting.ts";
export { type DerivedKey, type DerivedRunName, RowDeriver, type RowDeriverOptions } from "./derive/row-deriver.ts";
export type { EndedRun, OnEndedRun } from "./observe/ended-run.ts";
export type { PartitionMetrics } from "./observe/partition-metrics.ts";
export { streamMetricsText } from "./observe/partition-metrics.ts";
export {
  type OutboxOfKey,
  outboxOfKeys,
  type ParkedOfKey,
  parkedOfKeys,
  type WorkOfKey,
  workOfKeys,
} from "./operate/of-keys.ts";
export { type RunningTasks, type RunTasksOptions, runTasks } from "./run-tasks.ts";
export type * from "./sink/sink-outbox.ts";
export { SINK_RELAY, type SinkRelayOptions } from "./sink/sink-relay.ts";
export { MemoryTaskStore, type MemoryTaskStoreOptions } from "./store/memory/memory-task-store.ts";
export { mergedWrites } from "./store/merged-writes.ts";
export { PostgresOperations } from "./store/postgres/postgres-operations.ts";
export {
  PostgresTaskStore,
  type PostgresTaskStoreOptions,
  type WriteSetWriter,
} from "./store/postgres/postgres-task-store.ts";
export { repoWriter } from "./store/postgres/repo-writer.ts";
export type * from "./store/task-store.ts";
export { LANES, type Lane } from "./task/lane.ts";
export { type Message, messagesOf } from "./task/message.ts";
export { type KeyedState, type StalePolicy, type Task, type TaskOptions, task } from "./task/task.ts";
export * from "./window/aggregate.ts";
export type { StoredValue, WindowRow } from "./window/fold-plan.ts";
export { LateEvent, type TumblingWindow, tumbling, windowResult } from "./window/tumbling.ts";
export { type BreakableRule, FAULT_POINTS, type FaultPoint, type FaultPoints } from "./worker/fault-points.ts";
export { Pace, type PaceOptions } from "./worker/pace.ts";
