/** Two versions side by side, on small repositories: what is linked, what is said of a version that cannot answer, what stays. */
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkOut } from "../src/versions/checkout.ts";
import { VersionProcess } from "../src/versions/version-process.ts";

const STEP_MS_MAX = 60_000;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(realpathSync(tmpdir()), "tenon-versions-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function git(...args: readonly string[]): string {
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...who, ...args], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

/** A repository with one workspace of its own and one package from outside, installed. */
function repository(): void {
  git("init", "-q", "-b", "main");
  write("package.json", '{ "workspaces": ["packages/*"] }');
  write("package-lock.json", "{}");
  write(".gitignore", "node_modules\n");
  write("packages/money/package.json", '{ "name": "@shop/money" }');
  write("node_modules/outside/package.json", '{ "name": "outside" }');
  mkdirSync(join(root, "node_modules/@shop"));
  symlinkSync("../../packages/money", join(root, "node_modules/@shop/money"));
  git("add", ".");
  git("commit", "-qm", "first");
}

/** A child that does what a test needs, in the place of the real one. */
function child(text: string): { readonly name: string; readonly root: string } {
  write("packages/dev-run/src/versions/child/main.ts", text);
  return { name: "other", root };
}

const ANSWERS = `
const done = (answer) => process.send({ kind: "done", answer });
const entries = [{ requestId: "request-7", graph: "ad-request", host: "admixer", stratum: "s" }];
const opened = { corpora: [{ name: "c", madeBy: "", hash: "", entries }], graphs: [] };
`;

test("a checkout has the packages from outside by link and its own packages as its own", async () => {
  repository();
  const checkout = await checkOut(root, "main");
  try {
    expect(realpathSync(join(checkout.root, "node_modules/outside"))).toBe(join(root, "node_modules/outside"));
    expect(realpathSync(join(checkout.root, "node_modules/@shop/money"))).toBe(join(checkout.root, "packages/money"));
    expect(checkout.commit).toBe(git("rev-parse", "main"));
  } finally {
    await checkout.remove();
  }
  expect(existsSync(checkout.root)).toBe(false);
  expect(git("worktree", "list").split("\n")).toHaveLength(1);
});

test(
  "the checkout of a process that was killed goes with the next one that is made; no other does",
  async () => {
    repository();
    git("worktree", "add", "-q", "--detach", join(root, "mine"));
    const mine = await checkOut(root, "main");
    const child = fork(join(import.meta.dirname, "check-out-and-stay.ts"), [root], {
      execArgv: ["--conditions=@tenon/source", "--no-warnings"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    try {
      const [left] = (await once(child, "message", { signal: AbortSignal.timeout(STEP_MS_MAX) })) as [string];
      const whileItLives = await checkOut(root, "main");
      expect(existsSync(left)).toBe(true);
      await whileItLives.remove();
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      expect(git("worktree", "list")).toContain(left);
      // As when git was at work: locked, or not in its list.
      git("worktree", "lock", left);
      const unlisted = join(tmpdir(), `tenon-version-${child.pid}-unlisted`);
      mkdirSync(join(unlisted, "checkout"), { recursive: true });
      const next = await checkOut(root, "main");
      expect([dirname(left), unlisted].map((path) => existsSync(path))).toEqual([false, false]);
      const listed = git("worktree", "list", "--porcelain").match(/(?<=^worktree ).*/gm);
      expect(listed?.sort()).toEqual([root, join(root, "mine"), mine.root, next.root].sort());
      await next.remove();
    } finally {
      child.kill("SIGKILL");
      await mine.remove();
    }
  },
  STEP_MS_MAX,
);

test("a ref that git does not know is said before anything is made", async () => {
  repository();
  await expect(checkOut(root, "mian")).rejects.toMatchObject({ code: "TENON2030", category: "input" });
  await expect(checkOut(root, "--help")).rejects.toMatchObject({ code: "TENON2030" });
  expect(git("worktree", "list").split("\n")).toHaveLength(1);
});

test(
  "a checkout that cannot be finished leaves nothing behind",
  async () => {
    repository();
    // Another lock file asks for an installation, which this one cannot have.
    writeFileSync(join(root, "package-lock.json"), '{ "changed": true }');
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("tenon-version-"));
    git("commit", "-qam", "a lock file that is none");
    writeFileSync(join(root, "package-lock.json"), "{}");
    await expect(checkOut(root, "main")).rejects.toMatchObject({ code: "TENON2031", category: "resource" });
    expect(git("worktree", "list").split("\n")).toHaveLength(1);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("tenon-version-"))).toEqual(before);
  },
  STEP_MS_MAX,
);

test("a version without the protocol, or with another format, is told apart from a failure", async () => {
  const none = { name: "old", root };
  await expect(VersionProcess.start(none, [])).rejects.toMatchObject({ code: "TENON2032", category: "resource" });
  const other = child(`process.on("message", () => process.send({ kind: "done", answer: { format: 99, node: "" } }));`);
  await expect(VersionProcess.start(other, [])).rejects.toMatchObject({
    code: "TENON2032",
    detail: expect.stringContaining("format 99"),
  });
});

test("a process that ends names the run it was at, and its last words", async () => {
  const folder = child(`${ANSWERS}
process.on("message", ({ kind, format }) => {
  if (kind === "hello") done({ format, node: "" });
  else if (kind === "open") done(opened);
  else process.send({ kind: "begun", place: { corpus: 0, at: 0 } }, () => { process.stderr.write("out of memory", () => process.exit(7)); });
});`);
  const { version } = await VersionProcess.start(folder, []);
  const asked = version.each({ kind: "measure", entries: [{ corpus: 0, at: 0 }] });
  await expect(asked).rejects.toMatchObject({
    code: "TENON2033",
    message: expect.stringContaining('at run "request-7" of graph "ad-request": exit code 7'),
    detail: "out of memory",
  });
});

test("what a version says of its own failure is handed on with its code", async () => {
  const folder = child(`${ANSWERS}
process.on("message", ({ kind, format }) => {
  if (kind === "hello") done({ format, node: "" });
  else process.send({ kind: "failed", error: { code: "TENON2000", message: "TENON2000 no corpus", detail: "found format 1" } });
});`);
  await expect(VersionProcess.start(folder, [])).rejects.toMatchObject({
    code: "TENON2035",
    message: expect.stringContaining("TENON2000 no corpus"),
    detail: "found format 1",
  });
});

test("a report that is stopped ends the processes of its versions", async () => {
  const folder = child(`${ANSWERS}
process.on("message", ({ kind, format }) => { if (kind === "hello") done({ format, node: "" }); else if (kind === "open") done(opened); });`);
  const stop = new AbortController();
  const { version } = await VersionProcess.start(folder, [], stop.signal);
  const asked = version.each({ kind: "measure", entries: [] });
  stop.abort();
  await expect(asked).rejects.toMatchObject({ code: "TENON2033", message: expect.stringContaining("it was stopped") });
});
