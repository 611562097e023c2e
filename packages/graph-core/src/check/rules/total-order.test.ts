import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { filter } from "../../contract/node.ts";
import { slot } from "../../contract/slot.ts";
import { candidateBatchSchema } from "../../values/schema-kinds.ts";

const batch = (name: string) => slot(name, candidateBatchSchema({}), { owner: `team-${name}` });
const [Ads, Best] = [batch("ads"), batch("best")];
const ordering = (contract: object) =>
  wired({
    request: [Ads],
    nodes: { rank: step("team-1", { reads: [Ads], writes: [Best], ...contract }) },
    respond: [Best],
  });

test("an order is that of the batch read, or ends in the id", () => {
  expectValid(ordering({ orders: "asRead" }));
  expectValid(ordering({ orders: { by: ["score, descending"], tieBreak: "id" } }));
});

test("candidates in an order that nobody stated are told", () => {
  expectDiagnostics(ordering({}), [
    {
      code: "TENON1031",
      message:
        'node "rank" (owner team-1) orders slot "best" (owner team-best) from slot "ads" (owner team-ads) without saying how',
      parties: ["node rank team-1", "slot best team-best", "slot ads team-ads"],
    },
  ]);
});

test("an order that leaves ties open is told", () => {
  expectDiagnostics(ordering({ orders: { by: ["score, descending"] } }), [
    {
      code: "TENON1031",
      message:
        'node "rank" (owner team-1) orders slot "best" (owner team-best) from slot "ads" (owner team-ads) and leaves ties open',
    },
  ]);
});

test("filters keep the order, and a node that finds candidates has none to keep", () => {
  const keep = filter({ owner: "team-1", purpose: "drops", of: Ads, kept: Best, run: () => () => undefined } as never);
  expectValid(wired({ request: [Ads], nodes: { keep }, respond: [Best] }));
  const Query = numberSlot("query");
  expectValid(
    wired({ request: [Query], nodes: { find: step("team-1", { reads: [Query], writes: [Best] }) }, respond: [Best] }),
  );
});
