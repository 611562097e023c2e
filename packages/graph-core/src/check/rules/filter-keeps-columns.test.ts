import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, wired } from "../../../test/support/wired.ts";
import { filter } from "../../contract/node.ts";
import { slot } from "../../contract/slot.ts";
import { Dictionary } from "../../values/dictionary.ts";
import { type ColumnKinds, candidateBatchSchema } from "../../values/schema-kinds.ts";

const batch = (name: string, columns: ColumnKinds) =>
  slot(name, candidateBatchSchema(columns), { owner: `team-${name}` });
const Ads = batch("ads", { bid: "f64", source: new Dictionary(["near", "word"]) });
const keeping = (kept: unknown) =>
  wired({
    request: [Ads],
    nodes: { drop: filter({ owner: "team-1", purpose: "drops", of: Ads, kept, run: () => () => undefined } as never) },
    respond: [kept as never],
  });

test("the kept batch has the columns of the judged one, in any order", () => {
  expectValid(keeping(batch("kept", { source: new Dictionary(["near", "word"]), bid: "f64" })));
});

test.each([
  [
    "another column",
    { bid: "f64", source: new Dictionary(["near", "word"]), more: "u8" },
    'has column "more", which is not in',
  ],
  [
    "another type",
    { bid: "f32", source: new Dictionary(["near", "word"]) },
    'has column "bid" as f32, which is f64 in',
  ],
  [
    "another dictionary",
    { bid: "f64", source: new Dictionary(["word", "near"]) },
    'has column "source" with another dictionary than',
  ],
  ["one column less", { bid: "f64" }, 'lacks column "source" of'],
] as const)("%s is told", (_name, columns, words) => {
  expectDiagnostics(keeping(batch("kept", columns)), [
    {
      code: "TENON1021",
      message: `slot "kept" (owner team-kept), kept by filter node "drop" (owner team-1), ${words} slot "ads" (owner team-ads)`,
      parties: ["node drop team-1", "slot ads team-ads", "slot kept team-kept"],
    },
  ]);
});

test("a filter works on candidates", () => {
  expectDiagnostics(keeping(numberSlot("kept")), [
    {
      code: "TENON1021",
      message:
        'filter node "drop" (owner team-1) works on slot "kept" (owner team-kept), which holds no candidate batch',
    },
  ]);
});
