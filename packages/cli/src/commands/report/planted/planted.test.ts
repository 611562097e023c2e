/**
 * Real changes of the repository's sources, each made in a checkout of its own and compared with the code as it is: the
 * report names the node where it begins, and its owner, first. Refactorings give an empty report. The base is checked out
 * and run once for all of them, and every change is made in, and taken back from, one other checkout.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Checkout,
  type ComparedVersion,
  checkOut,
  type RanBase,
  type Report,
  ReportSchema,
  renderMarkdown,
  reportOn,
  runBase,
} from "@tenon/dev-run/report";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PlantedChange, plant, type TrueChange } from "./change.ts";
import { INDEXING_CHANGES } from "./indexing-changes.ts";
import { NO_OP_CHANGES } from "./no-op-changes.ts";
import { SERVING_CHANGES } from "./serving-changes.ts";

const root = join(import.meta.dirname, "../../../../../..");
const corpora = ["serving", "indexing"].map((name) => join(root, `packages/dev-run/corpora/${name}.runs`));
/** Of each graph: enough for every change to show, few enough for four seconds a change. */
const ENTRIES_MAX = 40;
const CHANGES = [...SERVING_CHANGES, ...INDEXING_CHANGES];
const CHANGE_MS_MAX = 180_000;
/** Five commands, two of them reports. */
const COMMANDS_MS_MAX = 300_000;
const GIT_MS_MAX = 60_000;
/** A fresh clone may have no author, and git wants one for the commit that nobody keeps. */
const AUTHOR = ["-c", "user.name=tests", "-c", "user.email=tests@localhost"];

let base: RanBase;
let baseVersion: ComparedVersion;
let head: Checkout;
const made: Checkout[] = [];

beforeAll(async () => {
  const commit = commitOfTree();
  const checkout = await checkOut(root, commit);
  made.push(checkout);
  head = await checkOut(root, commit);
  made.push(head);
  baseVersion = { ...checkout, changed: false };
  base = await runBase(baseVersion, { corpora, entriesMax: ENTRIES_MAX });
}, CHANGE_MS_MAX);

afterAll(async () => {
  base?.version.end();
  for (const checkout of made) await checkout.remove();
}, CHANGE_MS_MAX);

function git(folder: string, words: readonly string[], environment: Readonly<Record<string, string>> = {}): string {
  const options = { cwd: folder, timeout: GIT_MS_MAX, env: { ...process.env, ...environment } };
  return execFileSync("git", words, { ...options, encoding: "utf8" }).trim();
}

/** The sources as they lie here, also what was never added, as a commit of no branch. The index of the tree stays as it is. */
function commitOfTree(): string {
  const folder = mkdtempSync(join(tmpdir(), "tenon-planted-"));
  try {
    const index = { GIT_INDEX_FILE: join(folder, "index") };
    git(root, ["read-tree", "HEAD"], index);
    git(root, ["add", "--all"], index);
    const tree = git(root, ["write-tree"], index);
    return git(root, [...AUTHOR, "commit-tree", tree, "-p", "HEAD", "-m", "the tree as it is"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A command line as a person pastes it, in a checkout, with a folder for temporary files of its own. */
function pasted(command: string, temporary: string): { readonly code: number; readonly out: string } {
  const { status, stdout, stderr } = spawnSync("bash", ["-c", command], {
    cwd: head.root,
    env: { ...process.env, TMPDIR: temporary },
    encoding: "utf8",
    timeout: CHANGE_MS_MAX,
  });
  return { code: status ?? -1, out: `${stdout}${stderr}` };
}

test("tenon report exits 1 on a planted change, and the commands of its finding work as they are printed", {
  timeout: COMMANDS_MS_MAX,
}, () => {
  const change = CHANGES.find(({ name }) => name === "changed handler") as TrueChange;
  const temporary = mkdtempSync(join(tmpdir(), "tenon-planted-"));
  const run = (command: string) => pasted(command, temporary);
  const reportCommand = `npx tenon report --base ${head.commit} --entries 6 --rounds 1`;
  const undo = plant(head.root, change);
  try {
    const made = run(reportCommand);
    expect(made.out).toContain('NEEDS REVIEW: node "deriveOffer" (ads-auction)');
    expect(made.code).toBe(1);
    const folder = join(head.root, ".tenon/report");
    const report = ReportSchema.parse(JSON.parse(readFileSync(join(folder, "report.json"), "utf8")));
    const [show = "", again = ""] = report.findings[0]?.reproduce ?? [];
    expect(run(show)).toMatchObject({ code: 0, out: expect.stringContaining("floorMicros") });
    expect(run(again)).toMatchObject({
      code: 1,
      out: expect.stringContaining("deriveOffer (ads-auction) gives something else first"),
    });
    expect(run(report.findings[0]?.approve ?? "").code).toBe(0);
    const expected = run(reportCommand);
    expect(expected.out).toContain("all 1 changes are expected");
    expect(expected.code).toBe(0);
    for (const file of ["report.md", "report.html", "report.sarif", "report.xml"])
      expect(existsSync(join(folder, file))).toBe(true);
    // Nothing of what these commands checked out is left, in the folder or in git's list.
    expect(globSync(join(temporary, "tenon-version-*"))).toEqual([]);
    expect(git(root, ["worktree", "list"])).not.toContain(temporary);
  } finally {
    undo();
    rmSync(join(head.root, "changes.expect.json"), { force: true });
    rmSync(temporary, { recursive: true, force: true });
  }
});

interface Reported {
  readonly report: Report;
  /** Files of the head that are not as in the base; ascending. */
  readonly changed: readonly string[];
}

async function reportOf(change: PlantedChange): Promise<Reported> {
  const undo = plant(head.root, change);
  try {
    const changed = git(head.root, ["status", "--porcelain", "--untracked-files=all", "--no-renames"]);
    const report = await reportOn(base, {
      base: baseVersion,
      head: { name: "head", root: head.root, commit: head.commit, changed: true },
      ...{ refs: { base: "main", head: undefined }, corpora, root, seed: 1, expected: { expect: [], ignore: [] } },
      performance: { rounds: 3, entriesMax: 10 },
    });
    return { report, changed: changed.split("\n").flatMap((line) => line.trim().split(" ").slice(-1).filter(Boolean)) };
  } finally {
    undo();
  }
}

/** Its patch, and nothing else, is what the head has more than the base. */
function expectPlanted({ changed }: Reported, { edits }: PlantedChange): void {
  expect(changed.toSorted()).toEqual([...new Set(edits.map(({ file }) => file))].sort());
}

function expectFound(reported: Reported, change: TrueChange): void {
  const { report } = reported;
  const [first] = report.findings;
  expect({ node: first?.node, owner: first?.owner }).toEqual({ node: change.node, owner: change.owner });
  if (change.kind !== undefined) expect(first?.kind).toBe(change.kind);
  if (change.cause !== undefined) expect(first?.causes.map(({ detail }) => detail).join("\n")).toContain(change.cause);
  expect(report.verdict.outcome).not.toBe("PASS");
  expect(report.owners[0]?.owner).toBe(change.owner);
  expectPlanted(reported, change);
}

function expectQuiet(reported: Reported, change: PlantedChange): void {
  const { report } = reported;
  expect(report.findings).toEqual([]);
  expect(report.verdict.outcome).toBe("PASS");
  expect(renderMarkdown(report)).toContain("nothing differs in");
  expectPlanted(reported, change);
}

test.each(CHANGES.map((change) => [change.name, change] as const))(
  "%s: the report names its node and owner first",
  async (_, change) => {
    const reported = await reportOf(change);
    expectFound(reported, change);
    expect(() => ReportSchema.parse(JSON.parse(JSON.stringify(reported.report)))).not.toThrow();
    expect(Buffer.byteLength(renderMarkdown(reported.report))).toBeLessThanOrEqual(60_000);
  },
  CHANGE_MS_MAX,
);

test.each(NO_OP_CHANGES.map((change) => [change.name, change] as const))(
  "%s: nothing to say",
  async (_, change) => expectQuiet(await reportOf(change), change),
  CHANGE_MS_MAX,
);

test("without its patch every one of these fails: the base has nothing of them already", {
  timeout: CHANGE_MS_MAX,
}, async () => {
  const unchanged = await reportOf({ name: "nothing", edits: [] });
  expect(unchanged.report.findings).toEqual([]);
  for (const change of CHANGES) expect(() => expectFound(unchanged, change), change.name).toThrow("to deeply equal");
  for (const change of NO_OP_CHANGES)
    expect(() => expectQuiet(unchanged, change), change.name).toThrow("to deeply equal");
});
