import { topic } from "@tenon/event-log/api";
import { graph, node, slot, systemClock } from "@tenon/graph-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { MemoryTaskStore } from "../store/memory/memory-task-store.ts";
import { task } from "../task/task.ts";
import { type EventRun, GraphRuns } from "./graph-runs.ts";
import { StateCache } from "./state-cache.ts";

const ThingSchema = z.strictObject({ id: z.int(), fails: z.boolean() });
const Things = topic("things", ThingSchema, {
  ...{
    owner: "ads-streams",
    purpose: "a test",
    partitions: 1,
    class: "event",
    unreadable: "halt",
    retentionMs: 60_000,
  },
});
const Thing = slot("thing", ThingSchema, { owner: "ads-streams" });
const Seen = slot("seen", z.nullable(z.array(z.int())), { owner: "ads-streams" });
const NextSeen = slot("nextSeen", z.array(z.int()), { owner: "ads-streams", leaves: "outside" });

const KEYS_MAX = 3;

/** Runs things through a graph whose node settles when the scheduler says so. */
async function runThings(scheduler: fc.Scheduler, things: readonly { key: string; fails: boolean }[]) {
  const running = new Set<string>();
  let mostAtOnce = 0;
  const overlaps: string[] = [];
  const keyOf = new Map<number, string>();
  const remember = node({
    owner: "ads-streams",
    purpose: "keeps the ids of its key, after a while",
    reads: [Thing, Seen],
    writes: [NextSeen],
    async: true,
    onFailure: "failRequest",
    run: async ({ thing, seen }) => {
      const key = keyOf.get(thing.id) as string;
      if (running.has(key)) overlaps.push(key);
      running.add(key);
      mostAtOnce = Math.max(mostAtOnce, running.size);
      await scheduler.schedule(Promise.resolve(), `thing ${thing.id}`);
      running.delete(key);
      if (thing.fails) throw new Error("asked to fail");
      return { nextSeen: [...(seen ?? []), thing.id] };
    },
  });
  const declared = task({
    ...{ name: "remember", owner: "ads-streams", purpose: "a test", source: Things, lane: "low", event: Thing },
    graph: graph({
      ...{ name: "remember", owner: "ads-streams", request: [Thing, Seen], nodes: { remember }, respond: [NextSeen] },
    }),
    state: { read: Seen, write: NextSeen },
  });
  const runs = new GraphRuns(declared, { resources: {}, clock: systemClock, checkedShare: 0, keysMax: KEYS_MAX });
  const at = { task: "remember", partition: 0 };
  const state = new StateCache(at, new MemoryTaskStore({ clock: systemClock }), declared.state as never);
  const events = things.map(({ key, fails }, id): EventRun => {
    keyOf.set(id, key);
    const record = Things.record({ key, timeMs: id, value: { id, fails } });
    const event = { id, fails };
    return { record: { ...record, offset: id, appendedAtMs: 0 }, key, event, response: undefined, error: undefined };
  });
  await state.load(events.map(({ key }) => key));
  await scheduler.waitFor(Promise.resolve(runs.run(events, state)));
  return { events, state, mostAtOnce, overlaps };
}

test("records of one key run in order and never beside each other, keys do, and never too many", async () => {
  const things = fc.array(fc.record({ key: fc.constantFrom("a", "b", "c", "d", "e"), fails: fc.boolean() }), {
    maxLength: 14,
  });
  let sawKeysAtOnce = 0;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), things, async (scheduler, drawn) => {
      const { events, state, mostAtOnce, overlaps } = await runThings(scheduler, drawn);
      expect(overlaps).toEqual([]);
      expect(mostAtOnce).toBeLessThanOrEqual(KEYS_MAX);
      sawKeysAtOnce = Math.max(sawKeysAtOnce, mostAtOnce);
      for (const key of new Set(drawn.map((each) => each.key))) {
        const kept = drawn.flatMap((each, id) => (each.key === key && !each.fails ? [id] : []));
        expect(state.get(key) ?? []).toEqual(kept);
      }
      for (const [id, { fails }] of drawn.entries()) {
        expect(events[id]?.error === undefined).toBe(!fails);
        expect(events[id]?.response === undefined).toBe(fails);
      }
    }),
    { numRuns: 1_000 },
  );
  expect(sawKeysAtOnce).toBe(KEYS_MAX);
});
