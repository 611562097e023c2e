import { expect, test } from "vitest";
import { A, B, base, both, byHand, C, manualClock, turns } from "../../test/support/small-graphs.ts";
import { bind, compileGraph, createExecutor, graph, node, recordRun, replayRun, resource } from "../index.ts";
import { encodeValue } from "../internal.ts";

interface Store {
  readonly get: (key: unknown, signal?: AbortSignal) => unknown;
}
const StoreResource = resource<Store>()("store", { owner: "team-b", purpose: "numbers", methods: ["get"] });

function around(
  get: Store["get"],
  contract: {
    readonly budgetMs?: number;
    readonly retry?: { readonly attemptsMax: number };
    readonly key?: unknown;
  } = {},
) {
  const { clock, advance } = manualClock();
  const { key = "x", ...rest } = contract;
  const remote = node({
    ...base,
    ...rest,
    reads: [A],
    writes: [B],
    uses: [StoreResource],
    async: true,
    onFailure: { fallback: { b: -1 } },
    run: async ({ a }, { uses, signal }) => ({ b: a + Number(await uses.store.get(key, signal)) }),
  });
  const use = node({ ...base, reads: [B], writes: [C], run: ({ b }) => ({ c: b * 2 }) });
  const declared = graph({ name: "recorded", owner: "team-a", request: [A], nodes: { remote, use }, respond: [C] });
  const executor = createExecutor(compileGraph(declared), {
    clock,
    resources: { store: bind(StoreResource, { value: { get } }) },
  });
  return { executor, advance };
}
const refuse = (): never => {
  throw new Error("a live call");
};

test.each(both)(
  "a run whose node was cut replays to the same bytes, although the answer came later (checked: %s)",
  async (checked) => {
    const answer = byHand<number>();
    const { executor, advance } = around(() => answer.promise, { budgetMs: 20 });
    const run = recordRun(executor, { a: 1 }, { requestId: "r", deadlineMs: 1_100 });
    advance(30);
    answer.resolve(5);
    await turns(20);
    expect(await run.response).toEqual({ c: -2 });
    const recording = run.recording();
    expect(recording).toMatchObject({ cut: ["remote"], deadlineMs: 1_100 });
    expect(await replayRun(around(refuse).executor, recording, { checked }).response).toEqual({ c: -2 });
  },
);

test("a slow replay is not cut where the recorded run was not", async () => {
  const { executor } = around(async () => 5, { budgetMs: 20 });
  const run = recordRun(executor, { a: 1 }, { requestId: "r", deadlineMs: 1_050 });
  expect(await run.response).toEqual({ c: 12 });
  const again = around(refuse, { budgetMs: 20 });
  const held = byHand<void>();
  const replay = replayRun(again.executor, run.recording(), { deliver: (give) => held.promise.then(give) });
  again.advance(10_000);
  held.resolve();
  expect(await replay.response).toEqual({ c: 12 });
});

test("a node sees the request's deadline, not when its own budget ends, so that what it makes of it is replayed", async () => {
  const withDeadline = (startMs: number) => {
    const { clock, advance } = manualClock();
    advance(startMs);
    const remaining = node({
      ...base,
      reads: [A],
      writes: [C],
      async: true,
      budgetMs: 20,
      onFailure: { fallback: { c: -1 } },
      run: async (_inputs, { clock: { nowMs }, deadlineMs }) => ({ c: deadlineMs - nowMs }),
    });
    const declared = graph({ name: "recorded", owner: "team-a", request: [A], nodes: { remaining }, respond: [C] });
    return { executor: createExecutor(compileGraph(declared), { clock, resources: {} }), nowMs: clock.nowMs() };
  };
  const { executor, nowMs } = withDeadline(0);
  const run = recordRun(executor, { a: 1 }, { requestId: "r", deadlineMs: nowMs + 50 });
  expect(await run.response).toEqual({ c: 50 });
  const replay = replayRun<{ a: number }, { c: number }, never>(withDeadline(7_000).executor, run.recording());
  expect(await replay.response).toEqual({ c: 50 });
});

test("a retry after a failed read is replayed attempt by attempt", async () => {
  let calls = 0;
  const flaky = async () => {
    if (++calls < 3) throw Object.assign(new Error(`attempt ${calls}`), { code: "ECONNRESET" });
    return calls;
  };
  const { executor } = around(flaky, { retry: { attemptsMax: 2 } });
  const run = recordRun(executor, { a: 1 }, { requestId: "r" });
  expect(await run.response).toEqual({ c: 8 });
  const recording = run.recording();
  expect(recording.reads.map(({ stable, result }) => [stable, (result as { code?: string }).code])).toEqual([
    [false, "ECONNRESET"],
    [false, "ECONNRESET"],
    [false, undefined],
  ]);
  const replay = replayRun(around(refuse, { retry: { attemptsMax: 2 } }).executor, recording);
  expect(await replay.response).toEqual({ c: 8 });
  expect(replay.ctx.trace?.attempts[0]).toBe(2);
});

test("recording never changes the answer: what cannot be recorded is told by recording()", async () => {
  class Client {
    valueOf() {
      return 5;
    }
  }
  for (const [get, key, what] of [
    [async () => new Client(), "x", "the result"],
    [() => new Client(), "x", "the result"],
    [async () => 5, () => "a function", "an argument"],
  ] as const) {
    const run = recordRun(around(get, { key }).executor, { a: 1 }, { requestId: "r" });
    expect(await run.response).toEqual({ c: 12 });
    expect(() => run.recording()).toThrow(
      `TENON1306 a read of resource "store" cannot be recorded: ${what} of "get" is no plain value`,
    );
  }
});

test("a request with more than its slots is recorded as its slots", async () => {
  const run = recordRun(around(async () => 5).executor, { a: 1, socket: new Map() } as { a: number }, {
    requestId: "r",
  });
  await run.response;
  expect(run.recording().request).toEqual(encodeValue({ a: 1 }));
});

test("switches are replayed, where the node still can be switched off", async () => {
  const { executor } = around(async () => 5);
  executor.setSwitch("remote", false);
  const run = recordRun(executor, { a: 1 }, { requestId: "r" });
  expect(await run.response).toEqual({ c: -2 });
  const recording = run.recording();
  expect(recording.switchedOff).toEqual(["remote"]);
  expect(await replayRun(around(refuse).executor, recording).response).toEqual({ c: -2 });
  const newer = { ...recording, switchedOff: ["gone", "use", "remote"] };
  expect(await replayRun(around(refuse).executor, newer).response).toEqual({ c: -2 });
});

test("an override of a request slot answers another question on the same reads; of anything else it is refused", async () => {
  const run = recordRun(around(async () => 5).executor, { a: 1 }, { requestId: "r" });
  await run.response;
  const { executor } = around(refuse);
  expect(await replayRun(executor, run.recording(), { override: { a: 2 } }).response).toEqual({ c: 14 });
  expect(() => replayRun(executor, run.recording(), { override: { b: 2 } })).toThrow(
    /TENON1214 option "override" of replayRun for graph "recorded"/,
  );
  expect(() => replayRun(executor, { ...run.recording(), graph: "other" })).toThrow(/TENON1214 option "recording"/);
});
