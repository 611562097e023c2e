import {
  bind,
  compileGraph,
  createExecutor,
  graph,
  type Node,
  type NodeContext,
  node,
  recordRun,
  replayRun,
  resource,
  type Slot,
  slot,
} from "@tenon/graph-core";
import { encodeValue } from "@tenon/graph-core/internal";
import { expect, test } from "vitest";
import { z } from "zod";
import { everySchedule, Schedule, shuffled } from "./schedule.ts";

const A = slot("a", z.number(), { owner: "team" });
const B = slot("b", z.number(), { owner: "team" });
const C = slot("c", z.number(), { owner: "team" });
const D = slot("d", z.number(), { owner: "team" });
const base = { owner: "team", purpose: "a test node" } as const;

interface Store {
  get(key: string, signal: AbortSignal): Promise<number>;
}
const StoreResource = resource<Store>()("store", { owner: "team", purpose: "numbers by key", methods: ["get"] });

function lookup<Name extends string>(key: string, written: Slot<Name, number>): Node<"a", never, Name, "store"> {
  return node({
    ...base,
    reads: [A],
    writes: [written],
    uses: [StoreResource],
    async: true,
    onFailure: "failRequest",
    run: async ({ a }: { a: number }, { uses, signal }: NodeContext<{ store: Store }>) => ({
      [written.name]: a + (await uses.store.get(key, signal)),
    }),
  } as never) as never;
}

const Sum = slot("sum", z.number(), { owner: "team" });
const sum = node({ ...base, reads: [B, C, D], writes: [Sum], run: ({ b, c, d }) => ({ sum: b + c + d }) });
const declared = graph({
  name: "lookups",
  owner: "team",
  request: [A],
  nodes: { b: lookup("b", B), c: lookup("c", C), d: lookup("d", D), sum },
  respond: [Sum],
});
const plan = compileGraph(declared);

function open(get: Store["get"]) {
  return createExecutor(plan, { resources: { store: bind(StoreResource, { value: { get } }) } });
}

// Summed in completion order these would give 0 or 1; in graph position order they give one answer.
const values: Readonly<Record<string, number>> = { b: 1e16, c: 1, d: -1e16 };

test("every completion order of three answers gives the same bytes, and there are 3! of them", async () => {
  const answers = new Set<string>();
  const { schedules, exhaustive } = await everySchedule(async (schedule) => {
    const executor = open((key) => schedule.hold(() => values[key] as number));
    const result = executor.execute({ a: 0 }, executor.begin({ requestId: "r" })) as Promise<unknown>;
    answers.add(Buffer.from(encodeValue(await schedule.drive(result))).toString("hex"));
  });
  expect({ schedules, exhaustive, answers: answers.size }).toEqual({ schedules: 6, exhaustive: true, answers: 1 });
});

test("a schedule is repeated by its seed", async () => {
  const choices = async (seed: number) => {
    const schedule = new Schedule(shuffled(seed));
    const executor = open((key) => schedule.hold(() => values[key] as number));
    await schedule.drive(executor.execute({ a: 0 }, executor.begin({ requestId: "r" })) as Promise<unknown>);
    return schedule.choices;
  };
  expect(await choices(7)).toEqual(await choices(7));
  const many = await Promise.all(Array.from({ length: 20 }, (_, seed) => choices(seed)));
  expect(new Set(many.map(String)).size).toBeGreaterThan(3);
});

test("a run that waits for something outside the schedule is reported, not waited for", async () => {
  const schedule = new Schedule(shuffled(1));
  const executor = open(() => new Promise(() => {}));
  const result = executor.execute({ a: 0 }, executor.begin({ requestId: "r" })) as Promise<unknown>;
  await expect(schedule.drive(result)).rejects.toThrow("waits for something the schedule does not hold");
});

test("a recorded run replays to the same bytes under any schedule, without touching the resource", async () => {
  const live = open(async (key) => values[key] as number);
  const { response, recording } = recordRun(live, { a: 3 }, { requestId: "r-1" });
  await response;
  const recorded = recording();
  expect(recorded.reads.map((read) => `${read.resource}.${read.method} ${read.stable}`)).toEqual(
    Array(3).fill("store.get true"),
  );
  const dead = open(() => {
    throw new Error("a live call");
  });
  for (let seed = 0; seed < 50; seed++) {
    const schedule = new Schedule(shuffled(seed));
    const replay = replayRun(dead, recorded, { deliver: schedule.hold });
    expect(Buffer.compare(encodeValue(await schedule.drive(replay.response)), recorded.response as Uint8Array)).toBe(0);
  }
});

test("a read that was not recorded is a hard miss that names resource and method", async () => {
  const live = open(async (key) => values[key] as number);
  const { response, recording } = recordRun(live, { a: 3 }, { requestId: "r-1" });
  await response;
  const { reads, ...rest } = recording();
  const replay = replayRun(live, { ...rest, reads: reads.slice(1) });
  await expect(replay.response).rejects.toMatchObject({ code: "TENON1304", node: "b" });
});

test("a resource that answers the same question differently in one request is marked unstable, with each answer in order", async () => {
  let calls = 0;
  const twice = node({
    ...base,
    reads: [A],
    writes: [B],
    uses: [StoreResource],
    async: true,
    onFailure: "failRequest",
    run: async (_inputs, { uses, signal }) => ({
      b: (await uses.store.get("x", signal)) + (await uses.store.get("x", signal)),
    }),
  });
  const executor = createExecutor(
    compileGraph(graph({ name: "twice", owner: "team", request: [A], nodes: { twice }, respond: [B] })),
    {
      resources: { store: bind(StoreResource, { value: { get: async () => ++calls } }) },
    },
  );
  const { response, recording } = recordRun(executor, { a: 1 }, { requestId: "r" });
  await response;
  expect(recording().reads).toMatchObject([{ stable: false }, { stable: false }]);
});

test("a failed read is replayed as the same failure", async () => {
  const live = open(async (key) => {
    if (key === "c") throw new Error("backend gone");
    return 1;
  });
  const { response, recording } = recordRun(live, { a: 3 }, { requestId: "r-1" });
  await expect(response).rejects.toMatchObject({ node: "c" });
  const recorded = recording();
  expect(recorded.response).toBeUndefined();
  await expect(replayRun(live, recorded).response).rejects.toThrow(/node "c".*backend gone/);
});
