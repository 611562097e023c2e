import type { Topic } from "@tenon/event-log/api";
import type { AnySlot, Graph, OwnerName, Slot } from "@tenon/graph-core";
import type { TumblingWindow } from "../window/tumbling.ts";
import { refuseWrongTask } from "./check-task.ts";
import type { Lane } from "./lane.ts";

/** State per key: a record's run reads what the run before it wrote. Loaded on first use, stored with the offset. */
export interface KeyedState {
  /** Request slot with the key's state, `null` before the first write. */
  readonly read: AnySlot;
  /** Respond slot with the state after this record; `null` forgets the key. */
  readonly write: AnySlot;
}

/** When records of a task may be dropped unprocessed; each drop is counted. Never for control data. */
export interface StalePolicy {
  /** Older than this by event time, against the log's own newest time, and it is not worth the work. */
  readonly ageMaxMs: number;
}

export interface TaskOptions<Event, Request extends object, Response extends object> {
  /** Names the task's rows and outputs for good: `[a-z][a-z0-9-]*`, at most 40 characters. */
  readonly name: string;
  readonly owner: OwnerName;
  /** One line: what it is for. */
  readonly purpose: string;
  readonly source: Topic<Event>;
  readonly lane: Lane;
  /** Default: the record's key. Must live in the record's partition: a task never reads a key from two of them. */
  readonly keyBy?: (event: Event) => string;
  readonly graph: Graph<Request, Response>;
  /** Request slot that takes the decoded record. */
  readonly event: Slot<keyof Request & string, Event>;
  readonly state?: KeyedState;
  readonly window?: TumblingWindow;
  /** Respond slot with messages (`messagesOf(topic)`) → their topic. */
  readonly sinks?: { readonly [SlotName in keyof Response & string]?: Topic<unknown> };
  /** Respond slot with the rows to write to the repository. */
  readonly writes?: Slot<keyof Response & string, unknown>;
  /** What becomes of a record whose run fails: kept aside with its reason, or the partition stops. */
  readonly onFailure?: "park" | "halt";
  readonly stale?: StalePolicy;
  /** A record whose time is further ahead of the log's clock than this is unreadable: it would close every window. */
  readonly aheadMaxMs?: number;
}

/** A graph over a topic: what to run per record, by which key, and what its outputs become. */
export interface Task {
  readonly kind: "task";
  readonly name: string;
  readonly owner: string;
  readonly purpose: string;
  readonly source: Topic<unknown>;
  readonly lane: Lane;
  readonly keyBy: ((event: unknown) => string) | undefined;
  readonly graph: Graph<never, unknown>;
  readonly event: AnySlot;
  readonly state: KeyedState | undefined;
  readonly window: TumblingWindow | undefined;
  readonly sinks: Readonly<Record<string, Topic<unknown>>>;
  readonly writes: AnySlot | undefined;
  readonly onFailure: "park" | "halt";
  readonly stale: StalePolicy | undefined;
  readonly aheadMaxMs: number;
}

/** Clocks of producers are trusted this far. */
const AHEAD_MAX_MS = 60 * 60 * 1_000;

/**
 * Declares a task: a description, run by a worker.
 *
 * @throws GraphError TENON1800 for a declaration that cannot be run; it names the task, its owner and what is wrong
 * @example
 * export const countClicks = task({
 *   name: "count-clicks", owner: "ads-measurement", purpose: "clicks per ad and minute",
 *   source: AdEvents, lane: "medium", graph: cleanClicks, event: AdEvent,
 *   window: tumbling({ sizesMs: [60_000], of: CountedClick, aggregates: { clicks: count() }, results: ClickCounts, late: LateClicks }),
 * });
 */
export function task<Event, Request extends object, Response extends object>(
  options: TaskOptions<Event, Request, Response>,
): Task {
  const { keyBy, sinks = {}, state, window, writes, stale, onFailure = "park", aheadMaxMs = AHEAD_MAX_MS } = options;
  const declared = { ...options, kind: "task", keyBy, sinks, state, window, writes, stale, onFailure, aheadMaxMs };
  const made = declared as unknown as Task;
  refuseWrongTask(made);
  return Object.freeze(made);
}
