import { runNode } from "@tenon/graph-testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { SEEN_MAX } from "../slots.ts";
import { AdEventSchema } from "../topics.ts";
import { dropDuplicateEvents } from "./drop-duplicate-events.ts";

runAdGoldens(dropDuplicateEvents, import.meta.dirname);

const eventOf = (eventId: string) =>
  AdEventSchema.parse({ eventId, adId: 7, campaignId: 3, action: "click", surface: "search", chargedMicros: 5 });

async function passedOn(ids: readonly string[], atMs: (index: number) => number) {
  let seen: readonly { readonly eventId: string; readonly atMs: number }[] = [];
  const passed: string[] = [];
  for (const [index, id] of ids.entries()) {
    const inputs = { adEvent: eventOf(id), seenEvents: index === 0 ? null : { seen } };
    const { nextSeenEvents, uniqueEventMessages } = await runNode(dropDuplicateEvents, inputs, { nowMs: atMs(index) });
    ({ seen } = nextSeenEvents);
    passed.push(...uniqueEventMessages.map(({ value }: { value: { eventId: string } }) => value.eventId));
  }
  return { passed, kept: seen.length };
}

test("within the horizon every id passes exactly once, first come first", async () => {
  const ids = fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(ids, async (drawn) => {
      const { passed } = await passedOn(drawn, (index) => 1_000 + index);
      expect(passed).toEqual([...new Set(drawn)]);
    }),
  );
});

test("ids are forgotten after an hour, and never more are kept than are allowed", async () => {
  const hourly = await passedOn(["a", "b", "a"], (index) => 1_000 + index * 3_600_001);
  expect(hourly.passed).toEqual(["a", "b", "a"]);
  const many = await passedOn(
    Array.from({ length: SEEN_MAX + 9 }, (_, index) => `e${index}`),
    (index) => 1_000 + index,
  );
  expect(many.kept).toBe(SEEN_MAX);
});
