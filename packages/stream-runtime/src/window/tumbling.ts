import type { Topic } from "@tenon/event-log/api";
import type { AnySlot } from "@tenon/graph-core";
import { z } from "zod";
import type { Aggregate, Aggregates } from "./aggregate.ts";

/** Tumbling windows `[start, end)`, aligned to 1970. */
export interface TumblingWindow {
  /** Smallest first; each is a multiple of the one before. The larger ones are chained: they merge what the smaller close. */
  readonly sizesMs: readonly number[];
  /** How far behind the largest seen time an event may be and still find its window open. */
  readonly outOfOrderMs: number;
  /** How long after its end a closed window still counts events and emits its row again. */
  readonly graceMs: number;
  /** How long rows are kept in the table after the grace; then whole windows are dropped. */
  readonly retainMs: number;
  /** Respond slot with the record to fold, or `null` for one that is not counted. */
  readonly of: AnySlot;
  readonly aggregates: Aggregates;
  /** Where results go: schema `windowResult(aggregates)`. */
  readonly results: Topic<unknown>;
  /** Where late events go: schema `LateEvent`. Never nowhere. */
  readonly late: Topic<unknown>;
  /** After this long without a record, a partition's watermark follows the task's. */
  readonly idleMs: number;
}

/** Defaults of what a window need not say. */
const DEFAULTS = { outOfOrderMs: 5_000, graceMs: 60_000, retainMs: 24 * 3_600_000, idleMs: 30_000 };

/** A window with defaults: events 5 s out of order, 1 min of grace, rows kept a day, a partition idle after 30 s. */
export function tumbling(
  options: Omit<TumblingWindow, keyof typeof DEFAULTS> & Partial<TumblingWindow>,
): TumblingWindow {
  return { ...DEFAULTS, ...options };
}

const wholeNumber = z.int();

function aggregateSchema(aggregate: Aggregate): z.ZodType {
  switch (aggregate.kind) {
    case "count":
    case "sum":
      return wholeNumber;
    case "min":
    case "max":
      return z.nullable(wholeNumber);
    case "distinct":
      return z.array(z.string());
    case "topN":
      return z.array(z.object({ value: z.string(), sum: wholeNumber }));
  }
}

/**
 * The schema of a window's results. A later revision of the same key, size and start replaces the earlier one: a sink
 * upserts by these three and keeps the highest revision.
 */
export function windowResult(aggregates: Aggregates) {
  return z.object({
    key: z.string(),
    sizeMs: wholeNumber,
    startMs: wholeNumber,
    revision: wholeNumber,
    values: z.object(
      Object.fromEntries(Object.entries(aggregates).map(([name, each]) => [name, aggregateSchema(each)])),
    ),
  });
}

/** An event that came after the grace of its window. Money topics turn these into corrections. */
export const LateEvent = z.object({
  key: z.string(),
  timeMs: wholeNumber,
  /** How far the watermark was past the end of the window's grace. */
  lateByMs: wholeNumber,
  topic: z.string(),
  partition: wholeNumber,
  offset: wholeNumber,
  /** The record that would have been folded, as JSON text. */
  event: z.string(),
});
