import { createReadStream } from "node:fs";
import { link, mkdir, rename, rm, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { writeDurably } from "../../files/write-durably.ts";
import { badBaseFile } from "../errors.ts";
import { type Digest, digestOf, writeInto } from "../store/body.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { cachedFiles, MANIFEST_FILE, trim } from "./cached-bases.ts";
import { baseBefore, readCatalogue } from "./catalogue.ts";
import { type FileProblem, problemOfFile, readManifest } from "./check-files.ts";
import { type BaseManifest, encoded, fileKey, type ManifestFile } from "./manifest.ts";
import { keptBase } from "./rollback.ts";

export interface LoadOptions {
  /** Which one; by default the current one. */
  readonly base?: string;
}

export interface LoadedBase {
  readonly manifest: BaseManifest;
  /** Where its files lie, under their names. */
  readonly folder: string;
  /** Where each file lies now, checked. They stay until {@link CACHED_BASES_MAX} other bases were loaded. */
  readonly paths: Readonly<Record<string, string>>;
  readonly downloadedBytes: number;
  /** The base to load should this one turn out to be no good. */
  readonly previous: string | undefined;
}

/**
 * Brings a base to this machine. Only files that no cached base has are downloaded; every file is checked by SHA-256, cached ones
 * too. One process per cache folder.
 *
 * @throws GraphError TENON1438 no such base, TENON1439 nothing is published, TENON1440 a file is not what was published
 */
export async function loadBase(
  store: ObjectStore,
  cacheFolder: string,
  { base }: LoadOptions = {},
): Promise<LoadedBase> {
  const catalogue = await readCatalogue(store);
  const kept = keptBase(store, catalogue, base);
  const previous = baseBefore(catalogue, kept.name);
  const manifest = await readManifest(store, kept, previous);
  const folder = join(cacheFolder, manifest.name);
  await mkdir(folder, { recursive: true });
  const cached = await cachedFiles(cacheFolder);
  const paths: Record<string, string> = {};
  let downloadedBytes = 0;
  for (const file of manifest.files) {
    const path = join(folder, file.name);
    paths[file.name] = path;
    if (await isCached(file, path, cached.get(file.sha256) ?? [])) continue;
    const problem = await download(store, fileKey(manifest.name, file.name), { file, path });
    if (problem !== undefined) throw badBaseFile(manifest.name, problem, previous);
    downloadedBytes += file.bytes;
  }
  await writeDurably(join(folder, MANIFEST_FILE), (file) => file.writeFile(encoded(manifest)));
  const now = new Date();
  await utimes(folder, now, now);
  await trim(cacheFolder, manifest.name);
  return { manifest, folder, paths, downloadedBytes, previous };
}

/** True when the file is at its path now: it was there, or another cached base has the same one. */
async function isCached(file: ManifestFile, path: string, others: readonly string[]): Promise<boolean> {
  for (const candidate of [path, ...others]) {
    const found = await digestIfThere(candidate);
    if (found === undefined) continue;
    if (problemOfFile(file, found) === undefined) {
      if (candidate !== path) await link(candidate, path);
      return true;
    }
    // Damaged here, which says nothing about the store.
    await unlink(candidate);
  }
  return false;
}

async function digestIfThere(path: string): Promise<Digest | undefined> {
  if ((await stat(path).catch(() => undefined))?.isFile() !== true) return undefined;
  return digestOf(createReadStream(path));
}

/** What is wrong with the file in the store, if anything: then nothing is kept of it. */
async function download(
  store: ObjectStore,
  key: string,
  { file, path }: { readonly file: ManifestFile; readonly path: string },
): Promise<FileProblem | undefined> {
  const stored = await store.get(key);
  if (stored === undefined) return problemOfFile(file, undefined);
  const unchecked = `${path}.unchecked`;
  try {
    let problem: FileProblem | undefined;
    await writeDurably(unchecked, async (target) => {
      problem = problemOfFile(file, await digestOf(stored.chunks, writeInto(target)));
    });
    if (problem === undefined) await rename(unchecked, path);
    return problem;
  } finally {
    await rm(unchecked, { force: true });
  }
}
