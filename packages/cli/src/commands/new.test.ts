import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ended, tenon } from "../testing/tenon.ts";
import { type WorkspaceCopy, workspaceCopy } from "../testing/workspace-copy.ts";

const KINDS = ["node", "filter", "map"] as const;
const NODES = "packages/nodes";
let copy: WorkspaceCopy;
const made = new Map<string, Ended>();

const run = (...args: readonly string[]): Promise<Ended> => tenon(args, { folder: copy.root });
const newNode = (path: string, ...args: readonly string[]): Promise<Ended> =>
  run("new", "node", path, "--owner", "ads-ranking", ...args);

/** One of each kind in a stage that is there, one in a stage that is new, and a graph. */
beforeAll(async () => {
  copy = workspaceCopy();
  for (const kind of KINDS) made.set(kind, await newNode(`ranking/try-${kind}`, "--kind", kind, "--json"));
  made.set(
    "stage",
    await newNode("novelty/try-reads", "--reads", "AdRequest,UserProfile", "--writes", "Novelty", "--json"),
  );
  const nodes = "normaliseRequest,tryNode";
  made.set(
    "graph",
    await run("new", "graph", "serving/try-graph", "--owner", "ads-serving", "--nodes", nodes, "--json"),
  );
}, 120_000);
afterAll(() => copy.remove());

test("every template is written and listed", () => {
  for (const [name, { exitCode, out, talk }] of made) {
    expect([name, exitCode, talk]).toEqual([name, 0, ""]);
    const { written, files } = JSON.parse(out) as {
      readonly written: boolean;
      readonly files: readonly { readonly path: string }[];
    };
    expect(written).toBe(true);
    for (const { path } of files) expect(existsSync(join(copy.root, path)), path).toBe(true);
  }
});

test("what is written type-checks", () => {
  expect(copy.typeErrors()).toEqual([]);
  const contract = join(copy.root, NODES, "ranking/try-map/try-map.contract.ts");
  const text = readFileSync(contract, "utf8");
  writeFileSync(contract, text.replace("writes: [TryMapScores]", "writes: [PacedAds]"));
  const errors = copy.typeErrors();
  writeFileSync(contract, text);
  expect(
    errors.filter((line) => line.includes("try-map/try-map.ts")),
    "the types do look at it",
  ).not.toEqual([]);
}, 120_000);

test("the generated tests pass, and fail once a node does something else", () => {
  const folders = [...KINDS.map((kind) => `${NODES}/ranking/try-${kind}`), `${NODES}/novelty`];
  const output = copy.runProgram("vitest/vitest.mjs", "run", ...folders);
  expect(stripVTControlCharacters(output)).toMatch(/Tests +4 passed/);
  const filter = join(copy.root, NODES, "ranking/try-filter/try-filter.ts");
  const text = readFileSync(filter, "utf8");
  writeFileSync(filter, text.replace("KEPT_MAX = 2", "KEPT_MAX = 1"));
  expect(() => copy.runProgram("vitest/vitest.mjs", "run", `${NODES}/ranking/try-filter`)).toThrow(/1 failed/);
  writeFileSync(filter, text);
}, 120_000);

test("what is written is formatted as the house wants it", () => {
  const files = [...made.values()].flatMap(({ out }) =>
    (JSON.parse(out) as { readonly files: readonly { readonly path: string }[] }).files.map(({ path }) => path),
  );
  const sources = files.filter((path) => path.endsWith(".ts"));
  copy.runProgram("@biomejs/biome/bin/biome", "check", "--vcs-enabled=false", "--diagnostic-level=error", ...sources);
}, 60_000);

test("the new graph and the sources of the new nodes pass tenon check", async () => {
  const { out } = await run("check", "--no-types", "--json");
  const { graphs, diagnostics } = JSON.parse(out) as {
    readonly graphs: readonly { readonly name: string; readonly nodes: number }[];
    readonly diagnostics: readonly unknown[];
  };
  expect(diagnostics).toEqual([]);
  expect(graphs.find(({ name }) => name === "try-graph")?.nodes).toBe(2);
});

test("the drawing that is written is the one the graph has", async () => {
  const { out } = await run("graph", "try-graph");
  expect(readFileSync(join(copy.root, "graphs/topology/try-graph.topology.txt"), "utf8")).toBe(out);
});

test("what is there is never overwritten, and then nothing is written at all", async () => {
  const before = readFileSync(join(copy.root, NODES, "delivery/slots.ts"), "utf8");
  const { exitCode, talk } = await newNode("delivery/pace", "--kind", "filter");
  expect(exitCode).toBe(2);
  expect(talk).toContain("error TENON1707: packages/nodes/delivery/pace/pace.contract.ts is already there\n");
  expect(readFileSync(join(copy.root, NODES, "delivery/slots.ts"), "utf8")).toBe(before);
});

test("--dry-run shows the files and writes none", async () => {
  const { exitCode, out } = await newNode("ranking/try-dry", "--dry-run");
  expect(exitCode).toBe(0);
  expect(out).toContain("export const tryDryContract = {");
  expect(existsSync(join(copy.root, NODES, "ranking/try-dry"))).toBe(false);
});

for (const [what, args, message, hint] of [
  ["a name in capitals", ["ranking/TryIt"], '"TryIt" is no name for a node', 'did you mean "try-it"?'],
  ["a path without a stage", ["try-it"], '"try-it" does not say stage and name', '"ranking/try-it"'],
  [
    "a misspelt slot",
    ["ranking/a", "--reads", "UserProfle"],
    'no slot token "UserProfle"',
    'did you mean "UserProfile"?',
  ],
  [
    "a slot without candidates",
    ["ranking/a", "--kind", "map", "--of", "AdRequest"],
    "holds no batch of retrieved ads",
    "--of PacedAds",
  ],
  [
    "a misspelt token to write",
    ["ranking/a", "--writes", "ad-scores"],
    '"ad-scores" is no name for a slot token',
    '"AdScores"',
  ],
] as const) {
  test(`${what} is refused with what to do`, async () => {
    const { exitCode, talk } = await newNode(...(args as readonly [string]));
    expect(exitCode).toBe(2);
    expect(talk).toContain("error TENON1706: ");
    expect(talk).toContain(message);
    expect(talk).toContain(hint);
  });
}

test("a team that the owners file does not list is refused", async () => {
  const { exitCode, talk } = await run("new", "node", "ranking/a", "--owner", "ads-rankin");
  expect(exitCode).toBe(2);
  expect(talk).toContain('hint: did you mean "ads-ranking"?');
});

test("nodes that do not make a graph are refused with every mistake", async () => {
  const { exitCode, talk } = await run(
    "new",
    "graph",
    "serving/b",
    "--owner",
    "ads-serving",
    "--nodes",
    "pace,pace,capByFrequenc",
  );
  expect(exitCode).toBe(2);
  expect(talk).toContain('hint: did you mean "capByFrequency"?');
});
