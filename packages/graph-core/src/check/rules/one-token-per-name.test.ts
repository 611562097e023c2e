import { test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { resource } from "../../contract/resource.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const C = numberSlot("c");

test("one token may be used in any number of places", () => {
  const makeB = step("team-1", { reads: [A], writes: [B] });
  expectValid(
    wired({ request: [A], nodes: { makeB, makeC: step("team-2", { reads: [A, B], writes: [C] }) }, respond: [C, B] }),
  );
});

test("two slots of one name are told with both owners", () => {
  const Again = numberSlot("b", { owner: "team-x" });
  expectDiagnostics(
    wired({
      request: [A],
      nodes: {
        makeB: step("team-1", { reads: [A], writes: [B] }),
        makeC: step("team-2", { reads: [Again], writes: [C] }),
      },
      respond: [C],
    }),
    [
      {
        code: "TENON1006",
        message: 'two slots are named "b": one of owner team-b and one of owner team-x',
        parties: ["slot b team-x", "slot b team-b", "graph g team-g"],
      },
    ],
  );
});

test("two resources of one name are told with both owners", () => {
  const make = (owner: string) => resource<object>()("index", { owner, purpose: "an index" });
  const nodes = (one: object, other: object) => ({
    makeB: step("team-1", { reads: [A], writes: [B], uses: [one] }),
    makeC: step("team-2", { reads: [B], writes: [C], uses: [other] }),
  });
  const index = make("team-i");
  expectValid(wired({ request: [A], nodes: nodes(index, index), respond: [C] }));
  expectDiagnostics(wired({ request: [A], nodes: nodes(index, make("team-j")), respond: [C] }), [
    {
      code: "TENON1006",
      message: 'two resources are named "index": one of owner team-i and one of owner team-j',
      parties: ["resource index team-j", "resource index team-i", "graph g team-g"],
    },
  ]);
});
