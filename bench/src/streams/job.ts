/** The job that everybody does: events and spend per ad and minute of event time. */
import { type NewRecord, topic } from "@tenon/event-log/api";
import { graph, node, slot } from "@tenon/graph-core";
import { count, LateEvent, sum, type Task, task, tumbling, windowResult } from "@tenon/stream-runtime";
import { z } from "zod";

const owner = "bench";
export const PARTITIONS = 4;
const ADS = 2_000;
const MINUTE_MS = 60_000;
export const WINDOW_MS = MINUTE_MS;
/** Event time of a full topic: four windows, three of which close. */
const SPAN_MS = 200_000;
/** 2023-11-14 22:13, a whole minute. */
export const FROM_MS = 1_700_000_000_000 - (1_700_000_000_000 % MINUTE_MS);
export const OUT_OF_ORDER_MS = 5_000;
const DAY_MS = 24 * 3_600_000;

const facts = { owner, partitions: PARTITIONS, class: "event", unreadable: "deadLetter", retentionMs: DAY_MS } as const;

const EventSchema = z.strictObject({
  eventId: z.string(),
  timeMs: z.int(),
  adId: z.int(),
  action: z.enum(["impression", "click"]),
  surface: z.enum(["homeFeed", "search"]),
  spendMicros: z.int().min(0),
});

export type SpendEvent = z.infer<typeof EventSchema>;

export const SpendEvents = topic("bench-spend-events", EventSchema, { ...facts, purpose: "events, by ad" });

const SpendEventSlot = slot("spendEvent", EventSchema, { owner, purposeOf: "an event as it was sent" });
const CountedSpend = slot("countedSpend", z.strictObject({ spendMicros: z.int() }), {
  owner,
  purposeOf: "what an event adds to its ad",
  leaves: "outside",
});

const chargeSpend = node({
  owner,
  purpose: "says what an event adds",
  reads: [SpendEventSlot],
  writes: [CountedSpend],
  run: ({ spendEvent: { spendMicros } }) => ({ countedSpend: { spendMicros } }),
});

const SPEND = { events: count(), spendMicros: sum("spendMicros") } as const;

export const SpendResults = topic("bench-spend", windowResult(SPEND), { ...facts, purpose: "a row per ad and minute" });
export const LateSpend = topic("bench-late-spend", LateEvent, { ...facts, purpose: "what came after its window" });

export const countSpend: Task = task({
  name: "count-spend",
  owner,
  purpose: "events and spend per ad and minute",
  source: SpendEvents,
  lane: "high",
  graph: graph({
    name: "count-spend",
    owner,
    purpose: "says what an event adds",
    request: [SpendEventSlot],
    nodes: { chargeSpend },
    respond: [CountedSpend],
  }),
  event: SpendEventSlot,
  window: tumbling({
    sizesMs: [WINDOW_MS],
    of: CountedSpend,
    aggregates: SPEND,
    results: SpendResults,
    late: LateSpend,
    outOfOrderMs: OUT_OF_ORDER_MS,
  }),
});

/** What the tables must say in the end. */
export interface Sums {
  readonly rows: number;
  readonly events: number;
  readonly spendMicros: number;
}

function eventAt(index: number, of: number): SpendEvent {
  const adId = 1 + ((index * 7_919) % ADS);
  return {
    eventId: `e${index}`,
    timeMs: FROM_MS + Math.floor((index * SPAN_MS) / of),
    adId,
    action: index % 7 === 0 ? "click" : "impression",
    surface: index % 3 === 0 ? "search" : "homeFeed",
    spendMicros: 100 + (index % 50),
  };
}

/** Events `from` to `to` of a topic of `of` events. */
export function spendRecords(from: number, to: number, of: number): readonly NewRecord[] {
  const records: NewRecord[] = [];
  for (let index = from; index < to; index++) {
    const value = eventAt(index, of);
    records.push(SpendEvents.record({ key: String(value.adId), timeMs: value.timeMs, value }));
  }
  return records;
}

export function expectedSums(of: number): Sums {
  const rows = new Set<string>();
  let spendMicros = 0;
  for (let index = 0; index < of; index++) {
    const event = eventAt(index, of);
    rows.add(`${event.adId}/${Math.floor(event.timeMs / WINDOW_MS)}`);
    spendMicros += event.spendMicros;
  }
  return { rows: rows.size, events: of, spendMicros };
}

export function requireSums(who: string, found: Sums, expected: Sums): void {
  for (const name of ["rows", "events", "spendMicros"] as const)
    if (found[name] !== expected[name])
      throw new Error(`${who} counted ${found[name]} ${name} instead of ${expected[name]}`);
}
