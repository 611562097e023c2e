/**
 * What reading one event costs: JSON.parse and the compiled check, against JSON.parse and zod's parse, interleaved.
 * Usage: node --conditions=@tenon/source packages/event-log/scripts/measure-codec.ts
 */
import { z } from "zod";
import { topic } from "../src/api/topic.ts";

const schema = z.strictObject({
  eventId: z.string(),
  adId: z.int().min(1),
  campaignId: z.int().min(1),
  user: z.string(),
  action: z.enum(["view", "click", "convert"]),
  atMs: z.int(),
  costMicros: z.int().min(0),
  place: z.object({ surface: z.enum(["feed", "search"]), slot: z.int() }),
  tags: z.array(z.string()),
});
const Events = topic("events", schema, {
  ...{ owner: "ads-measurement", purpose: "a measurement", partitions: 1, retentionMs: 3_600_000 },
  ...{ class: "event", unreadable: "deadLetter" },
});
const event = {
  eventId: "0190c2f4-aaaa-7bbb-8ccc-ddddeeeeffff",
  adId: 51_469,
  campaignId: 77,
  user: "u-123456",
  action: "click",
  atMs: 1_760_000_000_000,
  costMicros: 250_000,
  place: { surface: "feed", slot: 3 },
  tags: ["a", "b"],
} as const;
const record = Events.record({ key: "51469", timeMs: event.atMs, value: event });
const text = Buffer.from(record.value).toString();

const ROUNDS = 9;
const EACH = 40_000;
const works: Readonly<Record<string, () => unknown>> = {
  "decode (text, parse, compiled check)": () => Events.decode(record),
  "text and JSON.parse alone": () => JSON.parse(Buffer.from(record.value).toString()),
  "text, JSON.parse and zod": () => schema.parse(JSON.parse(Buffer.from(record.value).toString())),
  "encode (compiled check, stringify)": () => Events.encode(event),
};
const costs = new Map(Object.keys(works).map((name) => [name, [] as number[]]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, work] of Object.entries(works)) {
    const cpu = process.cpuUsage();
    for (let at = 0; at < EACH; at++) work();
    const { user, system } = process.cpuUsage(cpu);
    costs.get(name)?.push((user + system) / EACH);
  }
}
console.log(`an event of ${text.length} bytes, median µs CPU of ${ROUNDS} rounds`);
for (const [name, each] of costs)
  console.log(`${name.padEnd(38)} ${each.toSorted((a, b) => a - b)[ROUNDS >> 1]?.toFixed(2)}`);
