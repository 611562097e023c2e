/**
 * Handlers: graphs that derive rows from other rows, run when a column they read changes.
 *
 * H1 A handler sees the columns it declares, at one snapshot, and nothing else; what it declares is what wakes it.
 * H2 After the last change of anything it reads, it runs at least once more for every key concerned; many changes may share one
 *    run.
 * H3 What it writes, the messages it sends, the end of its work item, and nothing else are one transaction. Messages reach the
 *    log after it (`sink/sink-outbox.ts`).
 */
import type { Topic } from "@tenon/event-log/api";
import type { AnySlot, Graph, OwnerName } from "@tenon/graph-core";
import type { AnyEntity, AnyRead } from "@tenon/storage-repo/api";
import { refuseWrongHandler } from "./check-handlers.ts";

/** The row whose key is the work's key. */
export interface OwnRow {
  readonly kind: "row";
  readonly slot: AnySlot;
  readonly read: AnyRead;
}

/** The row that a column of the own row, or of an earlier parent, points to: its campaign, its advertiser. The column must be a lookup. */
export interface ParentRow {
  readonly kind: "parent";
  readonly slot: AnySlot;
  readonly read: AnyRead;
  /** Read of the row that holds the column: the own row's, or that of a parent declared before this one. */
  readonly of: AnyRead;
  readonly column: string;
}

/** The rows that point to the work's key: the ads of a group. The column must be a lookup and a mapping column. */
export interface ChildRows {
  readonly kind: "children";
  readonly slot: AnySlot;
  readonly read: AnyRead;
  readonly column: string;
}

export type HandlerInput = OwnRow | ParentRow | ChildRows;

export function ownRow(slot: AnySlot, read: AnyRead): OwnRow {
  return { kind: "row", slot, read };
}

export function parentRow(
  slot: AnySlot,
  read: AnyRead,
  via: { readonly of: AnyRead; readonly column: string },
): ParentRow {
  return { kind: "parent", slot, read, ...via };
}

export function childRows(slot: AnySlot, read: AnyRead, via: { readonly column: string }): ChildRows {
  return { kind: "children", slot, read, ...via };
}

/** Groups of columns that a handler is the only producer of. */
export interface Produced {
  readonly entity: AnyEntity;
  readonly groups: readonly string[];
}

export interface HandlerOptions {
  /** `[a-z][a-z0-9-]*`, at most 40 characters. */
  readonly name: string;
  readonly owner: OwnerName;
  readonly purpose: string;
  readonly inputs: readonly HandlerInput[];
  // biome-ignore lint/suspicious/noExplicitAny: any graph; its slots are checked against the inputs
  readonly graph: Graph<any, any>;
  /** Respond slot with the write set. */
  readonly writes: AnySlot;
  readonly produces: readonly Produced[];
  /** Respond slot with messages (`messagesOf(topic)`) → their topic. Committed with the writes, sent at least once. */
  readonly sinks?: Readonly<Record<string, Topic<unknown>>>;
  /**
   * How often a change may come round to this handler through handlers that wake each other in a circle, at most 100. After
   * that the item is put aside (TENON1812). 0, the default: it is part of no circle, unless another one of it has a bound.
   */
  readonly rounds?: number;
  /** It keeps an invariant across rows: SERIALIZABLE. */
  readonly invariant?: boolean;
}

export interface Handler extends Required<Omit<HandlerOptions, "graph" | "sinks">> {
  readonly kind: "handler";
  readonly graph: Graph<never, unknown>;
  readonly sinks: Readonly<Record<string, Topic<unknown>>>;
}

/**
 * Declares a handler.
 *
 * @throws GraphError TENON1810 for a declaration that cannot be run
 */
export function handler(options: HandlerOptions): Handler {
  const declared = { invariant: false, rounds: 0, sinks: {}, ...options, kind: "handler" } as unknown as Handler;
  refuseWrongHandler(declared);
  return Object.freeze(declared);
}

/** Every read of a handler. */
export function readsOf({ inputs }: Handler): readonly AnyRead[] {
  return inputs.map(({ read }) => read);
}
