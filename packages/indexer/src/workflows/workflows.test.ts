import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ATTEMPTS_MAX, RunStore } from "./run-store.ts";
import { askForDue, requireWorkflow, runWorkflows } from "./run-workflows.ts";
import { lastDueMs, nextDueMs, type RunContext, refuseWrongWorkflows, type Workflow } from "./workflow.ts";

let opened: Awaited<ReturnType<typeof testDatabase>>;
let store: RunStore;

beforeAll(async () => {
  opened = await testDatabase();
  store = new RunStore(opened.database);
  await store.prepare();
});
beforeEach(() => opened.database.execute("truncate indexer_run restart identity"));
afterAll(() => opened.drop());

const HOUR_MS = 3_600_000;

function workflow(run: Workflow["run"], facts: Partial<Workflow> = {}): Workflow {
  const declared = {
    name: "base-build",
    owner: "ads-indexing",
    purpose: "a test",
    schedule: null,
    options: {},
  } as const;
  return { ...declared, run, ...facts };
}

/** Work that ends by hand. */
function work() {
  const begun = Promise.withResolvers<RunContext>();
  const end = Promise.withResolvers<Record<string, number>>();
  const run = (context: RunContext) => {
    begun.resolve(context);
    return Promise.race([
      end.promise,
      new Promise<never>((_, reject) => context.signal.addEventListener("abort", () => reject(new Error("stopped")))),
    ]);
  };
  return { begun: begun.promise, end: end.resolve, fail: end.reject, run };
}

const claim = (owner: string, leaseMs = 60_000) => store.claim({ workflows: ["base-build"], owner, leaseMs });

/** A process that runs one workflow until its first run has ended. */
async function runOnce(declared: Workflow, onTrouble?: (what: string, error: Error) => void) {
  const ended = Promise.withResolvers<void>();
  const running = await runWorkflows({
    ...{ store, owner: "one", lookMs: 5, workflows: [declared] },
    onTrouble: (what, error) => {
      onTrouble?.(what, error);
      ended.resolve();
    },
    onRun: (what) => what.endsWith("done") && ended.resolve(),
  });
  await ended.promise;
  await running.stop();
  const [run] = await store.runs({ runsMax: 1 });
  return run;
}

test("a run by command is taken by one process, and its result kept", async () => {
  await store.ask({ workflow: "base-build", options: { reason: "test" } });
  const seen: RunContext[] = [];
  const run = await runOnce(
    workflow(async (context) => {
      seen.push(context);
      await context.step({ done: 3, total: 4 });
      return { documents: 4 };
    }),
  );
  expect(seen.map(({ options }) => options)).toEqual([{ reason: "test" }]);
  expect(run).toMatchObject({ state: "done", owner: "one", done: 3, total: 4, result: { documents: 4 }, attempts: 1 });
});

test("a workflow has one run under way; the next waits for it", async () => {
  await store.ask({ workflow: "base-build" });
  await store.ask({ workflow: "base-build" });
  const first = await claim("one");
  expect(first).toBeDefined();
  expect(await claim("two")).toBeUndefined();
  await store.finish(first as never, { result: {} });
  expect(await claim("two")).toMatchObject({ id: 2 });
});

test("of many processes that look at once, one takes a run", async () => {
  for (let run = 0; run < 3; run++) await store.ask({ workflow: "base-build" });
  const claims = await Promise.all(Array.from({ length: 8 }, (_, owner) => claim(`process-${owner}`)));
  expect(claims.filter((each) => each !== undefined)).toHaveLength(1);
});

test("a run whose process died goes on elsewhere from what it saved, and the dead one finishes nothing", async () => {
  await store.ask({ workflow: "base-build" });
  const dead = (await claim("one")) as never;
  await store.step(dead, { done: 10, saved: { after: 10 } }, -1);
  const next = await claim("two");
  expect(next).toMatchObject({ id: 1, saved: { after: 10 }, attempts: 2 });
  const lost = { code: "TENON1653", category: "resource" };
  await expect(store.step(dead, { done: 11 }, 1_000)).rejects.toMatchObject(lost);
  await expect(store.finish(dead, { result: {} })).rejects.toMatchObject(lost);
  await store.finish(next as never, { result: { documents: 20 } });
  expect(await store.runs({ runsMax: 9 })).toMatchObject([{ state: "done", done: 10, owner: "two" }]);
});

test("a run that dies again and again has failed, and says so", async () => {
  await store.ask({ workflow: "base-build" });
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) expect(await claim("one", -1)).toBeDefined();
  expect(await claim("one")).toBeUndefined();
  expect(await store.runs({ runsMax: 1 })).toMatchObject([
    { state: "failed", error: expect.stringContaining("process ended") },
  ]);
});

test("a process that stops gives its run back with what it saved, and loses no attempt", async () => {
  const { begun, run } = work();
  await store.ask({ workflow: "base-build" });
  const running = await runWorkflows({ store, owner: "one", lookMs: 5, workflows: [workflow(run)] });
  await (await begun).step({ done: 5, saved: { after: 5 } });
  await running.stop();
  expect(await claim("two")).toMatchObject({ saved: { after: 5 }, attempts: 1 });
});

test("a workflow that fails is recorded with its reason", async () => {
  await store.ask({ workflow: "base-build" });
  const told: string[] = [];
  const failing = workflow(() => Promise.reject(new Error("the disk is full")));
  const run = await runOnce(failing, (_, error) => told.push(error.message));
  expect(run).toMatchObject({ state: "failed", error: "the disk is full" });
  expect(told).toEqual(["the disk is full"]);
});

test("a scheduled moment is asked for once, whoever looks, and missed moments are made up for by one run", async () => {
  const hourly = [workflow(async () => ({}), { schedule: "0 * * * *" })];
  const look = (hour: number) => askForDue(hourly, store, { sinceMs: 10.5 * HOUR_MS, nowMs: hour * HOUR_MS });
  await look(10.75);
  expect(await store.runs({ runsMax: 9 })).toEqual([]);
  // Three processes that slept from half past ten to a quarter past two.
  await Promise.all([look(14.25), look(14.25), look(14.25)]);
  expect(await store.runs({ runsMax: 9 })).toMatchObject([{ trigger: "schedule", state: "asked" }]);
  await look(14.75);
  expect(await store.runs({ runsMax: 9 })).toHaveLength(1);
  await look(15);
  expect(await store.runs({ runsMax: 9 })).toHaveLength(2);
});

test("schedules are UTC, five fields, last moment included", () => {
  const atMs = Date.UTC(2026, 2, 29, 2, 30);
  expect(lastDueMs("30 2 * * *", atMs - 1, atMs)).toBe(atMs);
  expect(lastDueMs("30 2 * * *", atMs, atMs + 1)).toBeUndefined();
  expect(nextDueMs("0 */4 * * *", atMs)).toBe(Date.UTC(2026, 2, 29, 4));
});

test.each([
  ["a name that cannot be one", { name: "Base build" }, "name"],
  ["six fields", { schedule: "* * * * * *" }, "schedule"],
  ["no schedule at all", { schedule: "often" }, "schedule"],
])("%s is refused by name", (_, facts, says) => {
  expect(() => refuseWrongWorkflows([workflow(async () => ({}), facts)])).toThrowError(
    expect.objectContaining({ code: "TENON1651", message: expect.stringContaining(says) }),
  );
});

test("two workflows of one name, unknown ones and unknown options are refused", () => {
  const one = workflow(async () => ({}), { options: { reason: "why" } });
  expect(() => refuseWrongWorkflows([one, one])).toThrowError(expect.objectContaining({ code: "TENON1651" }));
  const unknown = { code: "TENON1652", detail: expect.stringContaining("base-build") };
  expect(() => requireWorkflow([one], "basebuild", {})).toThrowError(expect.objectContaining(unknown));
  expect(() => requireWorkflow([one], "base-build", { resaon: "x" })).toThrowError(
    expect.objectContaining({ code: "TENON1652", detail: "expected one of reason" }),
  );
  expect(requireWorkflow([one], "base-build", { reason: "x" })).toBe(one);
});
