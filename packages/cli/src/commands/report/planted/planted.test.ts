/**
 * Real changes of the repository's sources, each made in a checkout of its own and compared with the code as it is: the
 * report names the node where it begins, and its owner, first. Refactorings give an empty report.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  type Checkout,
  type ComparedVersion,
  checkOut,
  type RanBase,
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
/** Of each corpus: enough for every change to show, few enough for a minute or two. */
const ENTRIES_MAX = 40;
const CHANGES = [...SERVING_CHANGES, ...INDEXING_CHANGES];
/** One of each kind; the others with TENON_LONG. */
const ALWAYS = ["changed formula", "slower node", "non-deterministic node", "policy config", "changed handler"];
const isLong = Boolean(process.env["TENON_LONG"]);
const CHANGE_MS_MAX = 180_000;
/** A fresh clone may have no author, and git wants one for the commit that nobody keeps. */
const AUTHOR = ["-c", "user.name=tests", "-c", "user.email=tests@localhost"];

let base: RanBase;
let baseVersion: ComparedVersion;
let head: Checkout;
const made: Checkout[] = [];

beforeAll(async () => {
  // The sources as they lie here, also where no commit has them yet. A clean tree needs no stash, which would want git's lock.
  const git = (...words: readonly string[]) => execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
  const isClean = git("--no-optional-locks", "status", "--porcelain", "--untracked-files=no") === "";
  const commit = isClean ? "HEAD" : git(...AUTHOR, "stash", "create");
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

/** Checkouts that reports have made and not removed. */
function worktrees(): readonly string[] {
  const all = execFileSync("git", ["worktree", "list"], { cwd: root, encoding: "utf8" });
  return all.split("\n").filter((line) => line.includes("tenon-version-"));
}

/** A command line as a person pastes it, in a checkout. */
function pasted(command: string, folder: string): { readonly code: number; readonly out: string } {
  const { status, stdout, stderr } = spawnSync("bash", ["-c", command], {
    cwd: folder,
    encoding: "utf8",
    timeout: CHANGE_MS_MAX,
  });
  return { code: status ?? -1, out: `${stdout}${stderr}` };
}

test("tenon report exits 1 on a planted change, and the commands of its finding work as they are printed", {
  timeout: CHANGE_MS_MAX,
}, () => {
  const change = CHANGES.find(({ name }) => name === "changed handler") as TrueChange;
  const before = worktrees();
  const undo = plant(head.root, change);
  try {
    const made = pasted(`npx tenon report --base ${head.commit} --entries 6 --rounds 1`, head.root);
    expect(made.out).toContain('NEEDS REVIEW: node "deriveOffer" (ads-auction)');
    expect(made.code).toBe(1);
    const folder = join(head.root, ".tenon/report");
    const report = ReportSchema.parse(JSON.parse(readFileSync(join(folder, "report.json"), "utf8")));
    const [show = "", run = ""] = report.findings[0]?.reproduce ?? [];
    expect(pasted(show, head.root)).toMatchObject({ code: 0, out: expect.stringContaining("floorMicros") });
    expect(pasted(run, head.root)).toMatchObject({
      code: 1,
      out: expect.stringContaining("deriveOffer (ads-auction) gives something else first"),
    });
    expect(pasted(report.findings[0]?.approve ?? "", head.root).code).toBe(0);
    const again = pasted(`npx tenon report --base ${head.commit} --entries 6 --rounds 1`, head.root);
    expect(again.out).toContain("all 1 changes are expected");
    expect(again.code).toBe(0);
    for (const file of ["report.md", "report.html", "report.sarif", "report.xml"])
      expect(existsSync(join(folder, file))).toBe(true);
    expect(worktrees()).toEqual(before);
  } finally {
    undo();
    rmSync(join(head.root, "changes.expect.json"), { force: true });
  }
});

async function reportOf(change: PlantedChange) {
  const undo = plant(head.root, change);
  try {
    return await reportOn(base, {
      base: baseVersion,
      head: { name: "head", root: head.root, commit: head.commit, changed: true },
      ...{ refs: { base: "main", head: undefined }, corpora, root, seed: 1, expected: { expect: [], ignore: [] } },
      performance: { rounds: 3, entriesMax: 10 },
    });
  } finally {
    undo();
  }
}

const LATER = "takes minutes: TENON_LONG=1 runs it";

for (const change of CHANGES) {
  test(`${change.name}: the report names its node and owner first`, { timeout: CHANGE_MS_MAX }, async ({ skip }) => {
    skip(!isLong && !ALWAYS.includes(change.name), LATER);
    const report = await reportOf(change);
    const [first] = report.findings;
    expect({ node: first?.node, owner: first?.owner }).toEqual({ node: change.node, owner: change.owner });
    if (change.kind !== undefined) expect(first?.kind).toBe(change.kind);
    if (change.cause !== undefined)
      expect(first?.causes.map(({ detail }) => detail).join("\n")).toContain(change.cause);
    expect(report.verdict.outcome).not.toBe("PASS");
    expect(report.owners[0]?.owner).toBe(change.owner);
    expect(() => ReportSchema.parse(JSON.parse(JSON.stringify(report)))).not.toThrow();
    expect(Buffer.byteLength(renderMarkdown(report))).toBeLessThanOrEqual(60_000);
  });
}

for (const change of NO_OP_CHANGES) {
  test(`${change.name}: nothing to say`, { timeout: CHANGE_MS_MAX }, async ({ skip }) => {
    skip(!isLong && change.name !== "reordered nodes", LATER);
    const report = await reportOf(change);
    expect(report.findings).toEqual([]);
    expect(report.verdict.outcome).toBe("PASS");
    expect(renderMarkdown(report)).toContain("nothing differs in");
  });
}
