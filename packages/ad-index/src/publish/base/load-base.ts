import { link, mkdir, rename, rm, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { writeDurably } from "../../files/write-durably.ts";
import { badBaseFile } from "../errors.ts";
import { digestOf, fileDigest, writeInto } from "../store/body.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { cachedFiles, MANIFEST_FILE, trim } from "./cached-bases.ts";
import { baseBefore, readCatalogue } from "./catalogue.ts";
import { type FileProblem, problemOfFile, readManifest } from "./check-files.ts";
import { CheckedFiles, type FileState, stateOf } from "./checked-files.ts";
import { type BaseManifest, encoded, fileKey, type ManifestFile } from "./manifest.ts";
import { keptBase } from "./rollback.ts";

export interface LoadOptions {
  /** Which one; by default the current one. */
  readonly base?: string;
  readonly nowMs?: () => number;
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
 * too, once a day as long as nothing touches them. One process per cache folder.
 *
 * @throws GraphError TENON1438 no such base, TENON1439 nothing is published, TENON1440 a file is not what was published
 */
export async function loadBase(
  store: ObjectStore,
  cacheFolder: string,
  { base, nowMs = Date.now }: LoadOptions = {},
): Promise<LoadedBase> {
  const catalogue = await readCatalogue(store);
  const kept = keptBase(store, catalogue, base);
  const previous = baseBefore(catalogue, kept.name);
  const manifest = await readManifest(store, kept, previous);
  const folder = join(cacheFolder, manifest.name);
  await mkdir(folder, { recursive: true });
  const cached = await cachedFiles(cacheFolder);
  const checks = await CheckedFiles.of(folder, nowMs);
  const paths: Record<string, string> = {};
  let downloadedBytes = 0;
  for (const file of manifest.files) {
    const path = join(folder, file.name);
    paths[file.name] = path;
    if (await checks.isChecked(file.name, file.sha256)) continue;
    let state = await cachedAs(file, path, cached.get(file.sha256) ?? []);
    if (state === undefined) {
      const problem = await download(store, fileKey(manifest.name, file.name), { file, path });
      if (problem !== undefined) throw badBaseFile(manifest.name, problem, previous);
      downloadedBytes += file.bytes;
      state = await stateOf(path);
    }
    if (state !== undefined) checks.checked(file.name, file.sha256, state);
  }
  await checks.keep();
  await writeDurably(join(folder, MANIFEST_FILE), (file) => file.writeFile(encoded(manifest)));
  const now = new Date();
  await utimes(folder, now, now);
  await trim(cacheFolder, manifest.name);
  return { manifest, folder, paths, downloadedBytes, previous };
}

/**
 * What the file system says of the file when it is at its path now: it was there, or another cached base has the same one. Asked
 * before its bytes are: what is written while they are read is seen next time.
 */
async function cachedAs(file: ManifestFile, path: string, others: readonly string[]): Promise<FileState | undefined> {
  for (const candidate of [path, ...others]) {
    const state = await stateOf(candidate);
    if (state === undefined) continue;
    if (problemOfFile(file, await fileDigest(candidate)) === undefined) {
      if (candidate === path) return state;
      await link(candidate, path);
      return stateOf(path);
    }
    // Damaged here, which says nothing about the store.
    await unlink(candidate);
  }
  return undefined;
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
