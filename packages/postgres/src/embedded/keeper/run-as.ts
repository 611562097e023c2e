/** Under which user the server runs. Postgres refuses to run as root. */
import { execFile } from "node:child_process";
import { chmod, chown, lchown, lstat, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * `self`: as this process. `user`: as another user, which only root can. `userNamespace`: as root outside, so that files
 * stay root's, and as another user in Postgres's eyes.
 */
export type RunAs = { readonly kind: "self" } | ({ readonly kind: "user" | "userNamespace" } & User);

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** For `spawn`; nothing of this process's environment reaches the server: `PGDATA` and others would change it. */
  readonly options: {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly uid?: number;
    readonly gid?: number;
  };
}

/** How a program is started under a user. */
export function commandAs(runAs: RunAs, file: string, args: readonly string[]): Command {
  const options = { cwd: "/", env: serverEnvironment() };
  if (runAs.kind === "user") return { file, args, options: { ...options, uid: runAs.uid, gid: runAs.gid } };
  if (runAs.kind === "self")
    return { file, args, options: process.platform === "win32" ? { ...options, cwd: dirname(file) } : options };
  const { uid, gid } = runAs;
  return { file: "unshare", args: ["--user", `--map-user=${uid}`, `--map-group=${gid}`, file, ...args], options };
}

/** Messages in English, because some are read; times in UTC. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP, TMP } = process.env;
  return { PATH, LC_ALL: "C", TZ: "UTC", ...(process.platform === "win32" && { SystemRoot, TEMP, TMP }) };
}

/** Who owns the server's files: root where the server only seems to be another user. */
export function ownerOf(runAs: RunAs): User | undefined {
  if (runAs.kind === "user") return runAs;
  const uid = process.getuid?.();
  return uid === undefined ? undefined : { uid, gid: process.getgid?.() ?? uid };
}

/** Runs a program to its end. Rejects with its standard error in the message. */
export function runCommand({ file, args, options }: Command, msMax: number): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { ...options, timeout: msMax, maxBuffer: 1_000_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr.trim() === "" ? error.message : stderr.trim()));
    });
  });
}

/** The user `nobody`. A user without an entry does not do: `initdb` looks its name up. */
export async function findNobody(passwd = "/etc/passwd"): Promise<User | undefined> {
  const text = await readFile(passwd, "utf8").catch(() => "");
  const entry = /^nobody:[^:]*:(\d+):(\d+):/m.exec(text);
  return entry === null ? undefined : { uid: Number(entry[1]), gid: Number(entry[2]) };
}

/** Whether a user gets to the entries of a folder: every folder on the way lets it through. */
export async function isTraversable(folder: string, { uid, gid }: User): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await stat(at).catch(() => undefined);
    if (found !== undefined) {
      const shift = found.uid === uid ? 6 : found.gid === gid ? 3 : 0;
      if (((found.mode >> shift) & 1) === 0) return false;
    }
    if (dirname(at) === at) return true;
  }
}

/** Hands a folder and all in it to an owner, unless it is theirs. */
export async function giveTo(owner: User, folder: string): Promise<void> {
  const { uid } = await lstat(folder);
  if (uid === owner.uid) return;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    await lchown(join(entry.parentPath, entry.name), owner.uid, owner.gid);
  }
  // Last: an interrupted hand-over is done again.
  await chown(folder, owner.uid, owner.gid);
}

/** Lets another user through to the folders inside that are its own. */
export async function letThrough(folder: string): Promise<void> {
  await chmod(folder, 0o711);
}
