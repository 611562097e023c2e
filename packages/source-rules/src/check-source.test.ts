import fc from "fast-check";
import { expect, test } from "vitest";
import { checkSource } from "./check-source.ts";

const FILE = "packages/nodes/retrieval/pacing-filter/pacing-filter.ts";
const check = (text: string) => checkSource({ file: FILE, text, owner: "ads-delivery", hostOwner: "ads-platform" });

test("a finding names node, owner, the other party and its owner, the place and the edit", () => {
  const [finding] = check("const day: number = 1;\nexport const hour = Date.now() / day;\n");
  expect(finding).toMatchObject({
    code: "TENON1901",
    rule: "ambient-clock",
    severity: "error",
    message: 'node "retrieval/pacing-filter" (owner ads-delivery) reads the process clock with Date.now',
    primary: {
      kind: "node",
      name: "retrieval/pacing-filter",
      owner: "ads-delivery",
      place: { file: FILE, line: 2, column: 21 },
    },
    secondary: [{ kind: "resource", name: "process clock", owner: "ads-platform" }],
    hint: expect.stringContaining("context.clock.nowMs"),
    line: 2,
    column: 21,
  });
});

test("types and letters outside ASCII do not shift the place of a finding", () => {
  const text = 'const prix: Record<string, "élevé" | "日本"> = { été: "élevé" }; export const x = Math.random();';
  expect(check(text)[0]?.column).toBe(text.indexOf("Math.random") + 1);
});

test("an import of another node names that node and its owner", () => {
  const [finding] = checkSource({
    file: FILE,
    text: 'import { cap } from "../frequency-cap-filter/frequency-cap-filter.ts";\nexport { cap };\n',
    owner: "ads-delivery",
    ownerOf: (folder) => (folder === "retrieval/frequency-cap-filter" ? "ads-retrieval" : undefined),
  });
  expect(finding?.secondary).toEqual([
    { kind: "node", name: "retrieval/frequency-cap-filter", owner: "ads-retrieval", label: "is imported" },
  ]);
});

test("a write to an input names the slot", () => {
  const text =
    "export const pace = node({ reads: [Campaigns], run: ({ campaigns }) => ({ paced: campaigns.sort() }) });";
  expect(check(text).map((finding) => finding.secondary[0]?.name)).toContain("campaigns");
});

test("a comment with a reason silences an arguable rule on its own line and the next, and no further", () => {
  const sort = "export const a = list.toSorted((one, other) => other.score - one.score);";
  const list = 'import { list } from "./list.ts";\n';
  expect(check(`${list}// tenon-allow TENON1913: no two scores are equal here\n${sort}`)).toEqual([]);
  expect(check(`${list}${sort} // tenon-allow TENON1913: no two scores are equal here`)).toEqual([]);
  expect(check(`${list}// tenon-allow TENON1913: reason\n\n${sort}`)).toHaveLength(1);
  expect(check(`${list}// tenon-allow TENON1913:\n${sort}`)).toHaveLength(1);
  expect(check(`${list}// tenon-allow TENON1910: another rule\n${sort}`)).toHaveLength(1);
});

test("no comment silences a rule that is not arguable", () => {
  expect(check("// tenon-allow TENON1901: only here\nexport const nowMs = Date.now();")).toHaveLength(1);
});

test("a file that cannot be run with its types erased is a finding, not an exception", () => {
  expect(check("export enum Kind { One }").map((finding) => finding.code)).toEqual(["TENON1900"]);
  expect(check("export const = 1").map((finding) => finding.code)).toEqual(["TENON1900"]);
});

test("findings come in the order of the text", () => {
  const found = check("export const a = Math.random();\nexport const b = Date.now();\nexport const c = fetch('x');\n");
  expect(found.map((finding) => finding.line)).toEqual([1, 2, 3]);
});

test("never throws, whatever the text", () => {
  const piece = fc.constantFrom(
    ..."const let run node({ } [ ] ( ) => = inputs . sort ; , ... async await { reads: } as any for of new Date class static import from 'x' `${ `".split(
      " ",
    ),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(" ")),
      ),
      (text) => {
        expect(Array.isArray(check(text))).toBe(true);
      },
    ),
    { numRuns: 400 },
  );
});
