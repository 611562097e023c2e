import { expect, test } from "vitest";
import { numberSlot, step, wired } from "../../test/support/wired.ts";
import type { Place } from "../contract/place.ts";
import { resource } from "../contract/resource.ts";
import type { CompilerError } from "./compiler-output.ts";
import { explainTypeErrors } from "./explain-type-errors.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const Hidden = numberSlot("hidden");
const Model = resource<object>()("model", { owner: "team-m", purpose: "a model" });

/** A node that pretends to stand at a place of a file. */
function at(place: Place, name: string, contract: object) {
  const made = step(`team-${name}`, contract);
  return { ...made, definition: { ...made.definition, place } };
}

const rankFile = "/src/ranking/rank/rank.ts";
const text = [
  "export const rank = node({",
  "  run: ({ a }) => {",
  "    const copy = { ...a };",
  "    copy.x = 1;",
  "    return { b: copy };",
  "  },",
  "});",
  "helper(1);",
].join("\n");
const source = (file: string): string | undefined => (file === rankFile ? text : "graph({ nodes: {} });");
const graph = {
  ...wired({
    request: [Hidden],
    nodes: {
      load: at({ file: "/src/load.ts", line: 1, column: 1 }, "load", { reads: [Hidden], writes: [A], uses: [Model] }),
      rank: at({ file: rankFile, line: 1, column: 21 }, "rank", { reads: [A], writes: [B] }),
    },
    respond: [B],
  }),
  place: { file: "/src/g.graph.ts", line: 1, column: 1 },
};

const error = (more: Partial<CompilerError>): CompilerError => ({
  file: rankFile,
  line: 4,
  column: 10,
  code: 2540,
  message: "Cannot assign to 'x' because it is a read-only property.",
  because: [],
  ...more,
});

function explained(...errors: readonly CompilerError[]) {
  return explainTypeErrors(errors, [graph as never], { source }).map(({ code, message, primary, secondary }) => [
    code,
    message,
    [primary, ...secondary].map(({ kind, name, owner }) => `${kind} ${name} ${owner}`).join(", "),
  ]);
}

test("a variable is followed to the slot that it was made from", () => {
  expect(explained(error({}))).toEqual([
    [
      "TENON1050",
      'node "rank" (owner team-rank) changes slot "a" (owner team-a), which node "load" (owner team-load) writes',
      "node rank team-rank, slot a team-a, node load team-load",
    ],
  ]);
});

test("a second error on a line follows from the first", () => {
  expect(
    explained(error({}), error({ column: 16, code: 7006, message: "Parameter 'p' implicitly has an 'any' type." })),
  ).toHaveLength(1);
});

test("a slot and a resource that are used undeclared are found in the graph by name", () => {
  const because = (name: string, bag: string) => `Property '${name}' does not exist on type '${bag}<readonly []>'.`;
  expect(explained(error({ code: 2339, message: because("hidden", "InputsOf") }))[0]?.slice(0, 2)).toEqual([
    "TENON1051",
    'node "rank" (owner team-rank) uses slot "hidden" (owner team-hidden) without declaring it, which graph "g" (owner team-g) gets with the request',
  ]);
  expect(explained(error({ code: 2339, message: because("model", "UsesOf") }))[0]?.slice(0, 2)).toEqual([
    "TENON1051",
    'node "rank" (owner team-rank) uses resource "model" (owner team-m) without declaring it',
  ]);
});

test("an error beside a node in its file or folder is the node's owner's, without a guess at a slot", () => {
  const beside = error({ line: 8, column: 1, code: 2304, message: "Cannot find name 'helper'." });
  expect(explained(beside)).toEqual([
    ["TENON1054", 'node "rank" (owner team-rank) does not compile', "node rank team-rank"],
  ]);
  const contract = { ...beside, file: "/src/ranking/rank/rank.contract.ts" };
  expect(explained(contract)[0]?.[2]).toBe("node rank team-rank");
});

test("an error in a graph literal is the graph's, with what the compiler names", () => {
  const wiring = error({
    file: "/src/g.graph.ts",
    line: 1,
    column: 9,
    code: 2322,
    message: `Type 'Node' is not assignable to type '"slot 'b' is also written by node 'rank'"'.`,
  });
  expect(explained(wiring)[0]?.[0]).toBe("TENON1004");
  expect(explained(wiring)[0]?.[2]).toBe("graph g team-g, slot b team-b, node rank team-rank");
});

test("an error in a file of no graph is told with the compiler's words", () => {
  expect(explainTypeErrors([error({ file: "/other.ts" })], [], { source })).toMatchObject([
    {
      code: "TENON1054",
      message: "file \"/other.ts\" does not compile: Cannot assign to 'x' because it is a read-only property.",
    },
  ]);
});

test("what the graph check reports under its own code is not told twice", () => {
  const wiring = error({ file: "/src/g.graph.ts", line: 1, column: 9, message: `... "no node writes slot 'lost'"` });
  const report = { code: "TENON1003", primary: { kind: "node", name: "rank" }, secondary: [] } as never;
  expect(explainTypeErrors([wiring], [graph as never], { source, reported: [report] })).toEqual([]);
});
