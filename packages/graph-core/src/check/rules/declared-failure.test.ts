import { test } from "vitest";
import { booleanSlot, expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { resource } from "../../contract/resource.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const C = numberSlot("c");
const Index = resource<object>()("index", { owner: "team-i", purpose: "an index", methods: ["find"] });
const Policy = resource<object>()("policy", { owner: "team-p", purpose: "a pinned value" });
const use = step("team-2", { reads: [A], soft: [B], writes: [C] });
const responding = (contract: object) =>
  wired({ request: [A], nodes: { make: step("team-1", { reads: [A], writes: [B], ...contract }) }, respond: [B] });

test("a node that only computes need not say anything", () => {
  expectValid(responding({}));
  expectValid(responding({ uses: [Policy] }));
});

test.each([
  ["async", { async: true }],
  ["calling", { uses: [Index] }],
])("a node that is %s says what happens when it fails", (_name, contract) => {
  expectValid(responding({ ...contract, onFailure: "failRequest" }));
  expectDiagnostics(responding(contract), [{ code: "TENON1019" }]);
});

test("the resource that is called is the other party, with its owner", () => {
  expectDiagnostics(responding({ uses: [Policy, Index] }), [
    {
      code: "TENON1019",
      message:
        'node "make" (owner team-1) calls resource "index" (owner team-i), and does not say what happens when it fails',
      parties: ["node make team-1", "resource index team-i"],
    },
  ]);
});

test("a node that every reader can do without says it too, unless its condition is why they can", () => {
  const optional = (contract: object) =>
    wired({
      request: [A, On],
      nodes: { make: step("team-1", { reads: [A], writes: [B], ...contract }), use },
      respond: [C],
    });
  const On = booleanSlot("on");
  expectDiagnostics(optional({}), [
    {
      code: "TENON1019",
      message:
        'node "make" (owner team-1) writes slot "b", which node "use" (owner team-2) can do without, and does not say what happens when it fails',
      parties: ["node make team-1", "node use team-2"],
    },
  ]);
  expectValid(optional({ onFailure: "omit" }));
  expectValid(optional({ when: On }));
});
