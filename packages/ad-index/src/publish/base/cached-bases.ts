/** Bases in a cache folder: a folder of its own each, with its files and its manifest. */
import { createReadStream } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { digestOf } from "../store/body.ts";
import { problemOfFile } from "./check-files.ts";
import { type BaseManifest, isName, parseManifest } from "./manifest.ts";

/** Bases that stay in a cache folder: the one loaded, and those that may be gone back to without a download. */
export const CACHED_BASES_MAX = 3;
export const MANIFEST_FILE = "manifest.json";

export interface CachedBase {
  readonly manifest: BaseManifest;
  /** Where its files lie, under their names. */
  readonly folder: string;
}

/**
 * The base that was loaded last and is whole: every file is read and checked. For a start while the object store is away; what was
 * published since is not known then.
 */
export async function cachedBase(cacheFolder: string): Promise<CachedBase | undefined> {
  for (const { path } of await byUse(cacheFolder)) {
    const manifest = await manifestIn(path);
    if (manifest !== undefined && (await isWhole(path, manifest))) return { manifest, folder: path };
  }
  return undefined;
}

/** SHA-256 → paths, of the files that cached manifests name. */
export async function cachedFiles(cacheFolder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const name of await cachedBases(cacheFolder)) {
    // A cache is only a cache: what cannot be read is downloaded.
    for (const file of (await manifestIn(join(cacheFolder, name)))?.files ?? []) {
      const paths = found.get(file.sha256) ?? [];
      found.set(file.sha256, [...paths, join(cacheFolder, name, file.name)]);
    }
  }
  return found;
}

/** Deletes the bases loaded longest ago. */
export async function trim(cacheFolder: string, loaded: string): Promise<void> {
  const others = (await byUse(cacheFolder)).filter(({ name }) => name !== loaded);
  for (const { path } of others.slice(CACHED_BASES_MAX - 1)) await rm(path, { recursive: true, force: true });
}

async function cachedBases(cacheFolder: string): Promise<readonly string[]> {
  const entries = await readdir(cacheFolder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && isName(entry.name)).map(({ name }) => name);
}

/** The one that was loaded last first. */
async function byUse(cacheFolder: string): Promise<readonly { readonly name: string; readonly path: string }[]> {
  const folders = [];
  for (const name of await cachedBases(cacheFolder)) {
    const path = join(cacheFolder, name);
    folders.push({ name, path, usedAtMs: (await stat(path)).mtimeMs });
  }
  return folders.sort((left, right) => right.usedAtMs - left.usedAtMs);
}

/** Undefined where there is none, or it cannot be read. */
async function manifestIn(folder: string): Promise<BaseManifest | undefined> {
  try {
    return parseManifest(await readFile(join(folder, MANIFEST_FILE)), basename(folder));
  } catch {
    return undefined;
  }
}

async function isWhole(folder: string, { files }: BaseManifest): Promise<boolean> {
  for (const file of files) {
    const path = join(folder, file.name);
    const isThere = (await stat(path).catch(() => undefined))?.isFile() === true;
    if (!isThere || problemOfFile(file, await digestOf(createReadStream(path))) !== undefined) return false;
  }
  return true;
}
