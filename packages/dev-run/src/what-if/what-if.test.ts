import { expect, test } from "vitest";
import { deafExecutor, shopEntry, shopExecutor } from "../../test/small-shop.ts";
import { adValue } from "./ad-value.ts";
import type { Edit } from "./edit.ts";
import { minimalFlip } from "./minimal-flip.ts";
import { openWhatIf, whatIf } from "./what-if.ts";

const { recording } = await shopEntry();
const executor = deafExecutor();
const SCORE = { slot: "score", step: 1, min: 0, max: 1_000 };
const BID = { slot: "ads", column: "bid", step: 1, min: 0, max: 1_000 };

test("an edit says what ran again, what differs, and what becomes of the ad", async () => {
  const edit: Edit = { kind: "ad", slot: "score", adId: 1, value: 17 };
  const result = await whatIf(executor, recording, [edit], { adIds: [1, 5, 2] });
  expect(result).toMatchObject({
    edits: ["score of ad 1 = 17"],
    rerun: ["pick", "answer"],
    changed: [
      { node: "rate", edited: true },
      { node: "pick", edited: false },
      { node: "answer", edited: false },
    ],
    first: { node: "pick", owner: "ads-platform", slots: ["winners"] },
    responseChanged: true,
    after: { answer: { answer: { best: [1, 3], extra: 4 } } },
  });
  expect(result.ads.map(({ before, after }) => [before.fate, after.fate])).toEqual([
    ["dropped", "kept"],
    ["kept", "dropped"],
    ["dropped", "dropped"],
  ]);
  expect(result.ads[1]?.after).toMatchObject({ node: "pick", reason: "lost", threshold: 17, value: 14 });
});

test("an edit of the request, of a field and of a column of a batch reaches what lies behind it", async () => {
  const answerOf = async (edit: Edit) => (await whatIf(executor, recording, [edit])).after.answer?.["answer"];
  expect(await answerOf({ kind: "field", slot: "wanted", path: "floor", value: 8 })).toMatchObject({ best: [3] });
  expect(await answerOf({ kind: "slot", slot: "wanted", value: { floor: 0, shop: "corner" } })).toMatchObject({
    best: [3, 5],
  });
  expect(await answerOf({ kind: "ad", slot: "ads", column: "bid", adId: 2, value: 99 })).toMatchObject({
    best: [2, 3],
  });
  expect(await answerOf({ kind: "slot", slot: "extra", value: 40 })).toMatchObject({ extra: 40 });
});

test("a search lets the rest of the process go on between two of its runs", async () => {
  let turns = 0;
  let searching = true;
  const count = (): void => {
    turns++;
    if (searching) setImmediate(count);
  };
  setImmediate(count);
  const { runs } = await minimalFlip(executor, recording, { adId: 1, knob: SCORE });
  searching = false;
  expect(runs).toBeGreaterThan(3);
  expect(turns).toBeGreaterThanOrEqual(runs - 1);
});

test("a slot that a failed node left to its fallback can be set", async () => {
  const extra = (): never => {
    throw new Error("away");
  };
  const failed = await shopEntry({ stock: { extra } });
  const { before, after } = await whatIf(shopExecutor({ stock: { extra } }), failed.recording, [
    { kind: "slot", slot: "extra", value: 8 },
  ]);
  expect([before.answer, after.answer]).toMatchObject([{ answer: { extra: -1 } }, { answer: { extra: 8 } }]);
});

test.each<[string, Edit, RegExp]>([
  ["of an unknown slot", { kind: "slot", slot: "scores", value: 1 }, /has no slot "scores"/],
  ["of an unknown field", { kind: "field", slot: "wanted", path: "flor", value: 1 }, /it has no field "flor"/],
  ["of an ad that was dropped before", { kind: "ad", slot: "score", adId: 2, value: 1 }, /ad 2 is not among its 4 ads/],
  ["of an unknown column", { kind: "ad", slot: "ads", column: "bidd", adId: 1, value: 1 }, /it has no column "bidd"/],
  [
    "with a value that the column cannot hold",
    { kind: "ad", slot: "score", adId: 1, value: "much" },
    /cannot hold "much"/,
  ],
  ["of what holds no ads", { kind: "ad", slot: "extra", adId: 1, value: 1 }, /names no column/],
])("an edit %s is refused", async (_, edit, message) => {
  await expect(whatIf(executor, recording, [edit])).rejects.toThrow(message);
  await expect(whatIf(executor, recording, [edit])).rejects.toMatchObject({ code: "TENON2005" });
});

test("a run that fails without an edit cannot be edited", async () => {
  const moved = whatIf(deafExecutor({ shop: "other" }), recording, [{ kind: "slot", slot: "extra", value: 1 }]);
  await expect(moved).rejects.toMatchObject({ code: "TENON2007", node: "askExtra" });
});

test("the smallest change that turns a verdict is found, up and down, and proven on both sides", async () => {
  const up = await minimalFlip(executor, recording, { adId: 1, knob: SCORE });
  expect(up).toMatchObject({ found: true, value: 10, flippedAt: 14, keptAt: 13, after: { fate: "kept" } });
  const down = await minimalFlip(executor, recording, { adId: 5, knob: SCORE });
  expect(down).toMatchObject({
    found: true,
    value: 14,
    flippedAt: 9,
    keptAt: 10,
    after: { fate: "dropped", reason: "lost" },
  });
  // A bid has to pass the floor and then win.
  const poor = await minimalFlip(executor, recording, { adId: 2, knob: BID });
  expect(poor).toMatchObject({ found: true, value: 1, flippedAt: 7, keptAt: 6, before: { reason: "poor" } });
});

test("a number that cannot turn the verdict within its range is said to", async () => {
  const flip = await minimalFlip(executor, recording, { adId: 1, knob: { ...SCORE, max: 12 } });
  expect(flip).toMatchObject({ found: false, value: 10, bound: 12, atBound: { fate: "dropped", reason: "lost" } });
});

test("an ad's number is read where it stands", async () => {
  const { before } = await openWhatIf(executor, recording);
  expect(adValue(executor, before, 3, { slot: "ads", column: "bid" })).toBe(9);
  expect(adValue(executor, before, 3, { slot: "score" })).toBe(18);
  expect(() => adValue(executor, before, 2, { slot: "score" })).toThrow(/TENON2005 .*ad 2 has no value there/);
});
