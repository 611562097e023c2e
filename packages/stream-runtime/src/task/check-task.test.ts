import { topic } from "@tenon/event-log/api";
import { expect, test } from "vitest";
import { Amounts, addAmounts, countSums, countWindows, sumAmounts } from "../../test/world.ts";
import { count, tumbling } from "../index.ts";
import { refuseWrongSet } from "./check-task.ts";
import { type Task, type TaskOptions, task } from "./task.ts";

const changed = (changes: object, of: Task = sumAmounts) =>
  task({ ...(of as unknown as TaskOptions<unknown, object, object>), ...changes });
const window = countWindows.window as NonNullable<Task["window"]>;
const control = topic("orders", Amounts.schema, {
  ...{
    owner: "ads-streams",
    purpose: "a test",
    partitions: 1,
    class: "control",
    unreadable: "halt",
    retentionMs: 60_000,
  },
});

test.each<[what: string, make: () => unknown, message: RegExp]>([
  [
    "a name that can name no table",
    () => changed({ name: "Sum Amounts" }),
    /task "Sum Amounts" \(owner ads-streams\): the name cannot name its tables/,
  ],
  [
    "an event slot that the graph does not have",
    () => changed({ graph: countSums, sinks: {}, state: undefined }),
    /slot "amount" is no request slot of graph "count-sums"/,
  ],
  [
    "a request slot that nobody fills",
    () => changed({ state: undefined }),
    /asks for slot "account", which the task does not give/,
  ],
  ["an output that goes nowhere", () => changed({ sinks: {} }), /responds in slot "sumMessages" goes nowhere/],
  [
    "a sink for a slot that is not there",
    () => changed({ sinks: { sumMessages: Amounts, other: Amounts } }),
    /slot "other" is no respond slot of graph "add-amounts"/,
  ],
  [
    "stale records of events dropped",
    () => changed({ stale: { ageMaxMs: 1 } }),
    /drops stale records of "amounts", which is event data/,
  ],
  [
    "failed records of control data put aside",
    () => changed({ source: control }),
    /puts failed records of "orders" aside, which is control data/,
  ],
  [
    "sizes that cannot be chained",
    () => changed({ window: { ...window, sizesMs: [200, 500] } }, countWindows),
    /window sizes 200, 500 ms cannot be chained/,
  ],
  ["no sizes", () => changed({ window: { ...window, sizesMs: [] } }, countWindows), /cannot be chained/],
  [
    "half a millisecond of grace",
    () => changed({ window: { ...window, graceMs: 0.5 } }, countWindows),
    /window\.graceMs is 0\.5/,
  ],
  [
    "nothing aggregated",
    () => changed({ window: { ...window, aggregates: {} } }, countWindows),
    /its window aggregates nothing/,
  ],
])("%s is refused by name", (_, make, message) => {
  expect(make).toThrow(message);
  expect(make).toThrow(/TENON1800/);
});

test("the same declarations without the mistake are taken", () => {
  expect(changed({}).name).toBe("sum-amounts");
  expect(changed({ source: control, onFailure: "halt" }).source).toBe(control);
  expect(changed({ window: tumbling({ ...window, aggregates: { events: count() } }) }, countWindows).graph).toBe(
    countSums,
  );
  expect(sumAmounts.graph).toBe(addAmounts);
});

test("two tasks of one name are refused with both owners", () => {
  const other = { ...countWindows, name: "sum-amounts", owner: "ads-measurement" };
  expect(() => refuseWrongSet([sumAmounts, other])).toThrow(
    /TENON1800 two tasks are called "sum-amounts" \(owners ads-streams and ads-measurement\)/,
  );
});
