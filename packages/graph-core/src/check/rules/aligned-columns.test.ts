import { test } from "vitest";
import { z } from "zod";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { filter, map } from "../../contract/node.ts";
import { type AnySlot, slot } from "../../contract/slot.ts";
import { candidateBatchSchema, columnSchema } from "../../values/schema-kinds.ts";

const batch = (name: string) => slot(name, candidateBatchSchema({}), { owner: `team-${name}` });
const column = (name: string, of: AnySlot) => slot(name, columnSchema("f64", { of }), { owner: `team-${name}` });
const Ads = batch("ads");
const Posts = batch("posts");
const Kept = batch("kept");
const Best = batch("best");
const Out = numberSlot("out");
const score = (of: AnySlot, writes: readonly AnySlot[]) =>
  map({ owner: "team-1", purpose: "scores", of, writes, run: () => ({}) } as never);
const keep = filter({ owner: "team-2", purpose: "drops", of: Ads, kept: Kept, run: () => () => undefined } as never);
const Ctr = column("ctr", Ads);

test("a map writes columns of the batch it maps", () => {
  expectValid(wired({ request: [Ads], nodes: { score: score(Ads, [Ctr]) }, respond: [Ctr] }));
  expectDiagnostics(wired({ request: [Posts], nodes: { score: score(Posts, [Ctr]) }, respond: [Ctr] }), [
    {
      code: "TENON1022",
      message:
        'map node "score" (owner team-1) writes slot "ctr" (owner team-ctr) for the rows of slot "posts" (owner team-posts), but that column belongs to slot "ads" (owner team-ads)',
    },
  ]);
});

test("a column may be read beside a batch that descends from its own, through filters and selections", () => {
  const cut = step("team-3", { reads: [Kept], writes: [Best], orders: "asRead" });
  const use = step("team-4", { reads: [Best, Ctr], writes: [Out] });
  expectValid(wired({ request: [Ads], nodes: { score: score(Ads, [Ctr]), keep, cut, use }, respond: [Out] }));
});

test("a column is not read beside a batch of other rows, nor beside the batch its own was filtered from", () => {
  const beside = (read: AnySlot, own: AnySlot) => step("team-4", { reads: [read, own], writes: [Out] });
  expectDiagnostics(
    wired({ request: [Ads, Posts], nodes: { score: score(Ads, [Ctr]), use: beside(Posts, Ctr) }, respond: [Out] }),
    [
      {
        code: "TENON1022",
        parties: ["node use team-4", "slot ctr team-ctr", "slot ads team-ads", "slot posts team-posts"],
      },
    ],
  );
  const Late = column("late", Kept);
  expectDiagnostics(
    wired({ request: [Ads], nodes: { keep, score: score(Kept, [Late]), use: beside(Ads, Late) }, respond: [Out] }),
    [
      {
        code: "TENON1022",
        parties: ["node use team-4", "slot late team-late", "slot kept team-kept", "slot ads team-ads"],
      },
    ],
  );
});

test("columns without a batch belong to one batch; columns inside a record count too", () => {
  const Other = slot("other", z.object({ score: columnSchema("f64", { of: Posts }) }), { owner: "team-other" });
  const both = step("team-4", { reads: [Ctr, Other], writes: [Out] });
  const nodes = { score: score(Ads, [Ctr]), more: score(Posts, [Other]), both };
  expectDiagnostics(wired({ request: [Ads, Posts], nodes, respond: [Out] }), [
    {
      code: "TENON1022",
      parties: ["node both team-4", "slot other team-other", "slot posts team-posts", "slot ads team-ads"],
    },
  ]);
});
