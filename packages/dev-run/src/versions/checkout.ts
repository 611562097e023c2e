/** Another version of the repository beside this one, in a folder that does not outlive the report. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { reportError } from "../report-error.ts";
import { linkPackages } from "./link-packages.ts";
import type { VersionFolder } from "./version-process.ts";

const run = promisify(execFile);
/** `npm ci` over a slow network; a checkout takes a second. */
const INSTALL_MS_MAX = 600_000;
const GIT_MS_MAX = 120_000;
const LOCK_FILE = "package-lock.json";
const PREFIX = "tenon-version-";
/** A folder of ours, with the process that made it. */
const FOLDER = new RegExp(String.raw`^${PREFIX}(\d+)-`);

export interface Checkout extends VersionFolder {
  readonly commit: string;
  /** Removes the folder. May be called twice. */
  readonly remove: () => Promise<void>;
}

/**
 * Checks a ref out, with packages: those of this checkout where the lock files are equal, else installed anew. Checkouts of this
 * repository whose processes were killed are removed first.
 *
 * @throws GraphError TENON2030 for a ref that git does not know; TENON2031 when it cannot be checked out
 */
export async function checkOut(repository: string, ref: string): Promise<Checkout> {
  const commit = await commitOf(repository, ref);
  await removeLeftovers(repository);
  // Whose it is stands in its name, from the first moment.
  const parent = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const root = join(parent, "checkout");
  let removed: Promise<void> | undefined;
  const remove = () => {
    removed ??= removeCheckout(repository, parent, root);
    return removed;
  };
  try {
    await git(repository, ["worktree", "add", "--detach", "--force", root, commit]);
    if (await sameLock(repository, root)) linkPackages(root, repository);
    else await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root, timeout: INSTALL_MS_MAX });
    return { name: ref, root, commit, remove };
  } catch (error) {
    await remove();
    throw reportError("noCheckout", {
      message: `version "${ref}" cannot be checked out`,
      detail: messageOf(error),
      hint: "see that there is room in the folder for temporary files, and that `git worktree add` and `npm ci` work here",
      cause: error,
    });
  }
}

/** Full hash of a ref. @throws GraphError TENON2030 */
export async function commitOf(repository: string, ref: string): Promise<string> {
  try {
    return await git(repository, ["rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`]);
  } catch (error) {
    throw reportError("unknownRef", {
      message: `git knows no commit "${ref}"`,
      detail: messageOf(error),
      hint: "name a branch, a tag or a commit; in CI fetch it first (fetch-depth: 0)",
      cause: error,
    });
  }
}

/** Whether the working tree has changes that its commit has not. */
export async function isDirty(repository: string): Promise<boolean> {
  return (await git(repository, ["status", "--porcelain"])) !== "";
}

async function git(folder: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run("git", args as string[], { cwd: folder, timeout: GIT_MS_MAX, maxBuffer: 2 ** 26 });
  return stdout.trim();
}

async function removeCheckout(repository: string, parent: string, root: string): Promise<void> {
  // Twice: one that was being made when its process was killed is locked.
  await git(repository, ["worktree", "remove", "--force", "--force", root]).catch(() => undefined);
  await rm(parent, { recursive: true, force: true });
  await git(repository, ["worktree", "prune"]).catch(() => undefined);
}

/**
 * A process that was killed could not remove its own: what git lists, and folders that it does not, since a `git` that was at work
 * goes on for a while. What a living process has stays, also where it merely has the number of a dead one.
 */
async function removeLeftovers(repository: string): Promise<void> {
  const listed = await git(repository, ["worktree", "list", "--porcelain"]).catch(() => "");
  const inGit = [...listed.matchAll(/^worktree (.*)$/gm)].map(([, root = ""]) => dirname(root));
  const inFolder = (await readdir(tmpdir())).map((name) => join(tmpdir(), name));
  for (const parent of new Set([...inGit, ...inFolder])) {
    const [, pid] = FOLDER.exec(basename(parent)) ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    // What cannot be removed now is found again.
    await removeCheckout(repository, parent, join(parent, "checkout")).catch(() => undefined);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function sameLock(one: string, other: string): Promise<boolean> {
  const read = (root: string) => readFile(join(root, LOCK_FILE)).catch(() => undefined);
  const [left, right] = await Promise.all([read(one), read(other)]);
  return left !== undefined && right !== undefined && left.equals(right);
}

function messageOf(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message?: string };
  return (stderr?.trim() || message) ?? String(error);
}
