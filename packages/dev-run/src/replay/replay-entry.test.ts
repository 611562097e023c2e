import { GraphError, REQUEST_END } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { deafExecutor, shopEntry, shopExecutor } from "../../test/small-shop.ts";
import { findLeak } from "./find-leak.ts";
import { replayEntry } from "./replay-entry.ts";

test("a replay gives the recorded bytes without asking anybody, and every value on the way", async () => {
  const run = await replayEntry(deafExecutor(), await shopEntry());
  expect(run).toMatchObject({ same: true, answer: { answer: { best: [3, 5], extra: 4 } }, misses: [], versions: [] });
  expect(run.firstDifferent).toBeUndefined();
  expect([...run.values].map(([slot, { node }]) => [slot, node])).toEqual([
    ["wanted", REQUEST_END],
    ["extra", "askExtra"],
    ["ads", "load"],
    ["rich", "dropPoor"],
    ["score", "rate"],
    ["winners", "pick"],
    ["answer", "answer"],
  ]);
  expect(run.ledger.conserved().ok).toBe(true);
  expect(run.trace.failureCode).toBeUndefined();
});

test("on another version the first node that gives something else is named, however far the change reaches", async () => {
  const run = await replayEntry(deafExecutor({ scoreOf: (bid) => bid * 3 }), await shopEntry(), { nodes: "always" });
  expect(run).toMatchObject({ same: true, firstDifferent: { node: "rate", slots: ["score"] } });
  const turned = await replayEntry(deafExecutor({ scoreOf: (bid) => -bid }), await shopEntry());
  expect(turned).toMatchObject({ same: false, firstDifferent: { node: "rate", slots: ["score"] } });
});

test("a read that was not recorded is a hard miss that names resource, method and node", async () => {
  const run = await replayEntry(shopExecutor({ shop: "other" }), await shopEntry());
  expect(run.same).toBe(false);
  expect(run.response).toBeUndefined();
  const told = run.misses.map(({ message }) =>
    /node "(\w+)" .*method "(\w+)" of resource "(\w+)"/.exec(message)?.slice(1),
  );
  expect(told).toEqual([
    ["askExtra", "extra", "stock"],
    ["load", "bids", "stock"],
  ]);
  // What fails later may be a consequence: the first miss is the one to look at.
  expect(run.failure).toBe(run.misses[0]);
});

test("a miss that a failure policy hides is told all the same", async () => {
  const bids = async () => [1];
  const entry = await shopEntry({ stock: { bids } });
  const without = {
    ...entry,
    recording: { ...entry.recording, reads: entry.recording.reads.filter(({ method }) => method !== "extra") },
  };
  const run = await replayEntry(deafExecutor(), without);
  expect(run.answer).toMatchObject({ answer: { extra: -1 } });
  expect(run.same).toBe(false);
  expect(run.failure?.message).toMatch(/TENON1304 node "askExtra" .*method "extra" of resource "stock"/);
  expect(run.misses).toHaveLength(1);
});

test("a run that failed is the same when it fails with the same code", async () => {
  const fail = async (): Promise<never> => {
    throw new GraphError("the stock is away", { code: "TENON1500", category: "resource" });
  };
  const entry = await shopEntry({ stock: { bids: fail } });
  expect(entry).toMatchObject({ failureCode: "TENON1500", responseDigest: undefined });
  expect(await replayEntry(deafExecutor(), entry)).toMatchObject({ same: true, failure: { node: "load" } });
});

test("a replay that starts at a node runs that node and those behind it", async () => {
  const seen: string[] = [];
  const noise = () => {
    seen.push("rate");
    return 0;
  };
  const entry = await shopEntry();
  const whole = await replayEntry(deafExecutor({ noise }), entry);
  const calls = seen.length;
  const part = await replayEntry(deafExecutor({ noise }), entry, { from: "pick" });
  // The run before it that gives the values calls `rate`; the one from `pick` on does not.
  expect(seen.length).toBe(2 * calls);
  expect(part).toMatchObject({ same: true });
  expect(part.response).toEqual(whole.response);
  expect(part.ledger.explain(2)).toEqual(whole.ledger.explain(2));
  await expect(replayEntry(deafExecutor(), entry, { from: "pcik" })).rejects.toThrow(/TENON2006 .*"pcik"/);
});

test("an entry of another graph is refused", async () => {
  const entry = await shopEntry();
  const foreign = { ...entry, recording: { ...entry.recording, graph: "mall" } };
  await expect(replayEntry(deafExecutor(), foreign)).rejects.toThrow(/TENON1214/);
});

test.each([
  ["the clock", () => Date.now() / 1e9],
  ["a date", () => new Date().getHours()],
  ["dice", () => Math.random()],
  ["what it kept of the last call", counter()],
])("a node that leaks %s is named, with slot and place", async (_, noise) => {
  expect(await findLeak(deafExecutor({ noise }), (await shopEntry()).recording)).toMatchObject({
    node: "rate",
    owner: "ads-platform",
    slot: "score",
    path: "[0]",
  });
});

test("a graph without a leak has none, and the world is as it was", async () => {
  const before = [globalThis.Date, Math.random, performance.now] as const;
  expect(await findLeak(deafExecutor(), (await shopEntry()).recording)).toBeUndefined();
  expect([globalThis.Date, Math.random].every((each, at) => each === before[at])).toBe(true);
  expect(Math.abs(performance.now() - before[2].call(performance))).toBeLessThan(1_000);
});

function counter(): () => number {
  let calls = 0;
  return () => calls++;
}
