/** Many runs in one transaction give what runs one by one give, whatever fails, is lost, or gives way (B1 to B4). */
import { GraphError, type HostClock } from "@tenon/graph-core";
import { versionOf, WriteSetBuilder } from "@tenon/storage-repo/api";
import { ModelRepo, type ModelTransaction } from "@tenon/storage-repo/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { labelsShown, SHOWN_TREE, Shown, ShownRead, shownOf } from "../../test/shown-world.ts";
import { Ad, adLabels, LabelRead, Labels, labelOf } from "../../test/tree-world.ts";
import { BatchRun } from "./batch-run.ts";
import { MemoryWorkStore } from "./memory-work-store.ts";
import { PreparedHandler } from "./prepared-handler.ts";
import { RunFailures, type RunOutcome } from "./run-failures.ts";
import type { ClaimedWork } from "./work-store.ts";

const HANDLERS = [adLabels, labelsShown];
/** Of these the second handler's run fails. */
const POISONED = 13;
const FIRST_CREATIVE = 100;
const LEASE_MS = 30_000;

/** What happens to the work on an ad. */
type Fate = "well" | "poisoned" | "lost" | "unwritable" | "contended";

interface Play {
  readonly fates: readonly Fate[];
  readonly itemsMax: number;
  /** Each look at the clock takes so long, so that a transaction comes to some of its items only. */
  readonly tickMs: number;
  readonly handsOn: boolean;
}

async function play({ fates, itemsMax, tickMs, handsOn }: Play) {
  let nowMs = 0;
  const clock: HostClock = {
    nowMs: () => nowMs,
    monotonicMs: () => (nowMs += tickMs),
    after: () => () => undefined,
  } as unknown as HostClock;
  const repo = new ModelRepo(SHOWN_TREE, { nowMs: clock.nowMs });
  const fateOf = (key: unknown) => fates[Number(key) - 1];
  const ads = new WriteSetBuilder();
  for (const [index, fate] of fates.entries()) {
    const columns = { creative: fate === "poisoned" ? POISONED : FIRST_CREATIVE + index, groupId: "none" };
    ads.write(Ad, "facts", { key: index + 1, version: versionOf(0, 1), columns });
  }
  await repo.tx((tx) => tx.write(ads.build()));
  const store = new MemoryWorkStore<ModelTransaction>((work, options) => repo.transaction(work, options), clock);
  const finish = store.finish.bind(store);
  store.finish = async (tx, items) => {
    const outcomes = await finish(tx, items);
    return outcomes.map((outcome, index) => (fateOf(items[index]?.key) === "lost" ? "lost" : outcome));
  };
  const options = { resources: {}, clock, checkedShare: 1, epoch: 0, isInCircle: false, runMsMax: LEASE_MS };
  const handlers = new Map(HANDLERS.map((each) => [each.name, new PreparedHandler(each, options)]));
  let transactions = 0;
  const ended: (readonly [string, number, RunOutcome])[] = [];
  const runner = new BatchRun<ModelTransaction>({
    repo: {
      readWithin: (tx, reads) => repo.readWithin(tx, reads),
      write: async (tx, writeSet) => {
        transactions++;
        const keys = Object.values(writeSet).flatMap(({ groups = {} }) =>
          Object.values(groups).flatMap((writes) => (writes ?? []).map(({ key }) => key)),
        );
        const refused = (code: "TENON1502" | "TENON1521") => new GraphError("refused", { code, category: "resource" });
        if (keys.some((key) => fateOf(key) === "unwritable")) throw refused("TENON1521");
        // Gives way to others as long as it is not alone.
        if (keys.length > 1 && keys.some((key) => fateOf(key) === "contended")) throw refused("TENON1502");
        return repo.write(tx, writeSet);
      },
    },
    ...{ store, clock, handlers, leaseMs: LEASE_MS, bounds: { itemsMax, graphsMsMax: 3 } },
    failures: new RunFailures({ store, attemptsMax: 5, backOffMs: 0 }),
    mayTake: () => [...handlers.values()].filter(({ handler }) => handsOn && handler === labelsShown),
    onMessages: () => undefined,
    onLeft: () => undefined,
    onEnd: ({ handler, key }, outcome) => void ended.push([handler, Number(key), outcome]),
  });
  const work = fates.map((_, index) => {
    return { handler: "ad-labels", key: index + 1, lane: "high" as const, upTo: 1n, rounds: 0 };
  });
  await store.transaction((tx) => store.add(tx, work), { isolation: "readCommitted", attemptsMax: 1 });
  const claimed = await store.claim({ handlers: ["ad-labels"], lane: "high", itemsMax: 1_000, leaseMs: LEASE_MS });
  for (let at = 0; at < claimed.length; at += itemsMax) await runner.run(claimed.slice(at, at + itemsMax));
  const rows = await repo.read([LabelRead, ShownRead], async (snapshot) => ({
    labels: (await snapshot.page(LabelRead, { rowsMax: 100 })).map(({ key, columns }) => [key, columns.label]),
    shown: (await snapshot.page(ShownRead, { rowsMax: 100 })).map(({ key, columns }) => [key, columns.text]),
  }));
  const sent = await store.sinks.next(Labels.name, { rowsMax: 100, bytesMax: 1e6 });
  return {
    rows,
    transactions,
    sent: sent.map(({ key }) => Number(key)).toSorted((one, other) => one - other),
    ended: ended.toSorted(([oneName, one], [otherName, other]) => oneName.localeCompare(otherName) || one - other),
    left: (await store.status()).map(({ handler, waiting, parked }) => ({ handler, waiting, parked })),
  };
}

/** By the rules, without a batch: what must be stored, sent and said of each ad. */
function expected(fates: readonly Fate[], handsOn: boolean) {
  const keys = fates.map((fate, index) => ({
    key: index + 1,
    fate,
    label: labelOf([fate === "poisoned" ? POISONED : FIRST_CREATIVE + index, null, null, null]),
  }));
  const written = keys.filter(({ fate }) => fate !== "lost" && fate !== "unwritable");
  const outcome = (fate: Fate): RunOutcome => (fate === "lost" ? "lost" : fate === "unwritable" ? "failed" : "done");
  return {
    labels: keys.map(({ key, label }) => [key, written.some((each) => each.key === key) ? label : null]),
    shown: handsOn
      ? written.filter(({ fate }) => fate !== "poisoned").map(({ key, label }) => [key, shownOf(label)])
      : [],
    sent: written.map(({ key }) => key),
    ended: [
      ...keys.map(({ key, fate }) => ["ad-labels", key, outcome(fate)]),
      ...(handsOn
        ? written.map(({ key, fate }) => ["labels-shown", key, fate === "poisoned" ? "parked" : "done"])
        : []),
    ],
  };
}

const plays: fc.Arbitrary<Play> = fc.record({
  fates: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constant("well" as const) },
      fc.constantFrom("poisoned" as const, "lost", "unwritable", "contended"),
    ),
    { minLength: 1, maxLength: 24, size: "max" },
  ),
  itemsMax: fc.integer({ min: 1, max: 24 }),
  tickMs: fc.constantFrom(0, 0, 1, 2),
  handsOn: fc.boolean(),
});

test("a batch gives what single runs give: the failed fail alone, the lost write nothing, the others commit", async () => {
  await fc.assert(
    fc.asyncProperty(plays, async (drawn) => {
      const batch = await play(drawn);
      const { labels, shown, sent, ended } = expected(drawn.fates, drawn.handsOn);
      expect(batch.rows).toEqual({ labels, shown });
      expect(batch.sent).toEqual(sent);
      expect(batch.ended).toEqual(ended);
      const single = await play({ ...drawn, itemsMax: 1, tickMs: 0 });
      const { transactions: _one, ...found } = batch;
      const { transactions: _other, ...alone } = single;
      // One by one a run may hand on to one item only, which is what each of these hands on.
      expect(found).toEqual(alone);
    }),
    { numRuns: 150 },
  );
});

test("what goes well goes in one transaction per stage", async () => {
  const fates = Array.from({ length: 20 }, (): Fate => "well");
  expect((await play({ fates, itemsMax: 20, tickMs: 0, handsOn: true })).transactions).toBe(2);
  expect((await play({ fates, itemsMax: 1, tickMs: 0, handsOn: true })).transactions).toBe(40);
});

test("a graph that fails costs the others no transaction", async () => {
  const fates = Array.from({ length: 20 }, (_, index): Fate => (index === 9 ? "poisoned" : "well"));
  const { transactions, ended } = await play({ fates, itemsMax: 20, tickMs: 0, handsOn: true });
  expect(ended.filter(([, , outcome]) => outcome !== "done")).toEqual([["labels-shown", 10, "parked"]]);
  expect(transactions).toBe(2);
});

test("one that cannot be committed is found in halves, and the others are not run one by one", async () => {
  const fates = Array.from({ length: 32 }, (_, index): Fate => (index === 9 ? "unwritable" : "well"));
  const { transactions, ended } = await play({ fates, itemsMax: 32, tickMs: 0, handsOn: false });
  expect(ended.filter(([, , outcome]) => outcome !== "done")).toEqual([["ad-labels", 10, "failed"]]);
  // Down to it: itself and its five halves, whole and refused; and the five that are left beside them.
  expect(transactions).toBe(11);
});

test("a transaction whose graphs take long ends with what it has come to, and the rest follows", async () => {
  const fates = Array.from({ length: 12 }, (): Fate => "well");
  const { transactions, rows } = await play({ fates, itemsMax: 12, tickMs: 2, handsOn: false });
  expect(transactions).toBeGreaterThan(3);
  expect(rows.labels).toHaveLength(12);
});

test("work that is somebody else's is added, and not run", async () => {
  const repo = new ModelRepo([Shown]);
  const store = new MemoryWorkStore<ModelTransaction>((work, options) => repo.transaction(work, options), {
    nowMs: () => 0,
  });
  const once = { isolation: "readCommitted", attemptsMax: 1 } as const;
  const work = { handler: "labels-shown", key: 1, lane: "high" as const, upTo: 1n, rounds: 0 };
  const handOn = () => store.transaction((tx) => store.handOn(tx, [work], { leaseMs: LEASE_MS }), once);
  const [first] = (await handOn()) as [ClaimedWork];
  expect(await handOn()).toEqual([]);
  expect(await store.transaction((tx) => store.finish(tx, [first]), once)).toEqual(["again"]);
});
