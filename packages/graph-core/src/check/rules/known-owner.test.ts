import { expect, test } from "vitest";
import { expectDiagnostics, expectValid, numberSlot, step, wired } from "../../../test/support/wired.ts";
import { applyFix } from "../apply-fix.ts";
import { checkGraph } from "../check-graph.ts";

const A = numberSlot("a");
const B = numberSlot("b");
const declared = (owner: string) =>
  wired({ request: [A], nodes: { make: step(owner, { reads: [A], writes: [B] }) }, respond: [B] });
const owners = ["team-a", "team-b", "team-g", "team-one"];

test("owners are teams of the owners file, where one is given", () => {
  expectValid(declared("team-one"), { owners });
  expectValid(declared("anybody"));
});

test("an unknown owner is told once for everything it owns, with the near name and a fix", () => {
  expectDiagnostics(
    declared("team-onne"),
    [
      {
        code: "TENON1034",
        message: 'node "make" in graph "g" (owner team-g) is owned by "team-onne", which is no team of the owners file',
        parties: ["node make team-onne", "graph g team-g"],
        hint: 'did you mean "team-one"? name a team of the owners file, or add the team there',
      },
    ],
    { owners },
  );
  expectDiagnostics(
    declared("team-one"),
    [
      { code: "TENON1034", parties: ["slot a team-a", "graph g team-g"] },
      { code: "TENON1034", parties: ["slot b team-b", "graph g team-g"] },
    ],
    { owners: ["team-g", "team-one"] },
  );
});

test("the fix replaces the owner where the declaration stands", () => {
  const [diagnostic] = checkGraph(declared("team-onne"), { owners });
  const fix = diagnostic?.fix;
  expect(fix).toMatchObject({ replace: 'owner: "team-onne"', with: 'owner: "team-one"' });
  const text = `${"\n".repeat((fix?.place.line ?? 1) - 1)}${" ".repeat((fix?.place.column ?? 1) - 1)}node({ owner: "team-onne" })`;
  expect(applyFix(text, fix as never).trim()).toBe('node({ owner: "team-one" })');
});
