/** Handlers that ask a service: no transaction waits for the answer, failures of the service are tried again, and a change meanwhile counts. */
import { VirtualClock } from "@tenon/event-log/simulation";
import { bind, GraphError, graph, node, resource, slot } from "@tenon/graph-core";
import { versionOf, WriteSetBuilder, writeSetSchema } from "@tenon/storage-repo/api";
import { ModelRepo, type ModelTransaction } from "@tenon/storage-repo/model";
import { expect, test } from "vitest";
import { z } from "zod";
import { type Write, writeOf } from "../../test/handler-histories.ts";
import { AdGroup, ENTITIES, GroupAll, GroupBid } from "../../test/handler-world.ts";
import { rowSchema, WorkItem } from "../api/index.ts";
import { handler, ownRow } from "./handler.ts";
import { MemoryWorkStore } from "./memory-work-store.ts";
import { runHandlers } from "./run-handlers.ts";

const owner = "ads-streams" as const;
const Service = resource<{ readonly cap: (bidMicros: number) => Promise<number> }>()("capService", {
  ...{ owner, purpose: "says how much of a bid counts", methods: ["cap"] },
});
const Group = slot("waitingGroup", z.nullable(rowSchema(GroupBid)), { owner });
const Writes = slot("waitingWrites", writeSetSchema([AdGroup]), { owner, leaves: "outside" });
const askService = node({
  ...{ owner, purpose: "asks how much of a bid counts", reads: [Group, WorkItem], writes: [Writes], uses: [Service] },
  ...{ async: true, onFailure: "failRequest" },
  run: async ({ waitingGroup: group, workItem: { version } }, { uses: { capService } }) => {
    if (group === null) return { waitingWrites: {} as never };
    const bidCappedMicros = await capService.cap(group.columns.bidMicros ?? 0);
    const columns = { servable: true, bidCappedMicros };
    const writes = new WriteSetBuilder().write(AdGroup, "terms", { key: group.key, version, columns }).build();
    return { waitingWrites: writes as never };
  },
});
const capped = (invariant: boolean) =>
  handler({
    ...{ name: "capped", owner, purpose: "a test", inputs: [ownRow(Group, GroupBid)], writes: Writes, invariant },
    graph: graph({
      ...{ name: "capped", owner, request: [Group, WorkItem], nodes: { askService }, respond: [Writes] },
    }),
    produces: [{ entity: AdGroup, groups: ["terms"] }],
  });

const LEASE_MS = 10_000;

/** `cap` is asked with the number of the call, and how many transactions are open. */
async function world(cap: (bidMicros: number, call: number, open: number) => Promise<number>) {
  const clock = new VirtualClock();
  const repo = new ModelRepo(ENTITIES, { nowMs: clock.nowMs });
  let open = 0;
  let calls = 0;
  const pumping = new WeakSet<object>();
  // The pump's own are left out: it works beside the runs.
  const store = new MemoryWorkStore<ModelTransaction>(
    (work, options) =>
      repo.transaction(async (tx) => {
        open++;
        try {
          return await work(tx);
        } finally {
          if (!pumping.has(tx)) open--;
        }
      }, options),
    clock,
  );
  store.sees = async (tx) => {
    pumping.add(tx);
    open--;
    return true;
  };
  const running = await runHandlers({
    ...{ handlers: [capped(false)], repo, feed: repo.feed, cursors: repo.cursors, store, clock },
    ...{ consumer: "handlers", owner: "process", checkedShare: 1, leaseMs: LEASE_MS },
    resources: { capService: bind(Service, { value: { cap: (bidMicros) => cap(bidMicros, ++calls, open) } }) },
  });
  let version = 0;
  return {
    ...{ clock, store, counts: () => running.counts.get("capped") },
    play: (write: Write) => repo.tx((tx) => tx.write(writeOf(write, versionOf(0, ++version)))),
    caps: async () => {
      const rows = await repo.read([GroupAll], (snapshot) => snapshot.page(GroupAll, { rowsMax: 10 }));
      return rows.map(({ key, columns }) => [key, columns.bidCappedMicros]);
    },
    stop: async () => {
      const stopping = running.stop();
      await clock.runFor(LEASE_MS);
      await stopping;
    },
  };
}
type World = Awaited<ReturnType<typeof world>>;
const group = (key: number, bidMicros: number): Write => ({ kind: "group", key, bidMicros, campaignId: null });
const after = (at: () => World, ms: number) => new Promise<void>((resolve) => at().clock.after(ms, resolve));

test("no transaction is open while a service is asked, and a change meanwhile is worked on after it", async () => {
  const opens: number[] = [];
  const at: World = await world(async (bidMicros, _, open) => {
    opens.push(open);
    await after(() => at, 2_000);
    return bidMicros * 10;
  });
  await at.play(group(1, 1));
  await at.clock.runFor(1_000);
  await at.play(group(1, 2));
  await at.clock.runFor(1_500);
  expect(await at.caps()).toEqual([[1, 10]]);
  expect(at.counts()).toMatchObject({ again: 1, done: 0 });
  await at.clock.runFor(3_000);
  expect(await at.caps()).toEqual([[1, 20]]);
  expect(at.counts()).toMatchObject({ again: 1, done: 1 });
  expect(opens).toEqual([0, 0]);
  await at.stop();
});

test("a service that fails, or says nothing before the lease ends, is asked again; then the item is put aside", async () => {
  const at: World = await world(async (bidMicros, call) => {
    if (bidMicros === 1 && call <= 2) throw new GraphError("no answer", { code: "TENON1806", category: "resource" });
    return bidMicros === 2 ? new Promise<never>(() => undefined) : bidMicros;
  });
  await at.play(group(1, 1));
  await at.clock.runFor(3_000);
  expect(await at.caps()).toEqual([[1, 1]]);
  expect(at.counts()).toMatchObject({ failed: 2, done: 1 });
  await at.play(group(2, 2));
  // The lane has other places: a run that waits holds up nobody.
  await at.clock.runFor(1_000);
  await at.play(group(3, 3));
  await at.clock.runFor(1_000);
  expect((await at.caps()).at(-1)).toEqual([3, 3]);
  await at.clock.runFor(6 * LEASE_MS);
  expect(await at.store.parked()).toMatchObject([{ key: 2, code: "TENON1211", attempts: 5 }]);
  expect(at.counts()).toMatchObject({ failed: 6, parked: 1, lost: 0, done: 2 });
  await at.stop();
});

test("an invariant that would be kept while a service answers is refused", async () => {
  const clock = new VirtualClock();
  const repo = new ModelRepo(ENTITIES, { nowMs: clock.nowMs });
  const store = new MemoryWorkStore<ModelTransaction>((work, options) => repo.transaction(work, options), clock);
  const running = runHandlers({
    ...{ handlers: [capped(true)], repo, feed: repo.feed, cursors: repo.cursors, store, clock },
    ...{ consumer: "handlers", owner: "process" },
    resources: { capService: bind(Service, { value: { cap: async (bidMicros) => bidMicros } }) },
  });
  await expect(running).rejects.toThrow(/TENON1810 .*keeps an invariant, and graph "capped" has async nodes/);
});
