import { badBaseFile, gatesFailed, nameTaken, publishConflict } from "../errors.ts";
import { type Gate, type GateResult, runGates } from "../gates/gate.ts";
import { fileDigest, sha256Of } from "../store/body.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type BaseBuild, checkBuild } from "./build.ts";
import { type Catalogue, changeCatalogue } from "./catalogue.ts";
import { problemOfFile, readManifest, storedDigest } from "./check-files.ts";
import { LEFTOVER_KEPT_MS } from "./collect-garbage.ts";
import { type BaseManifest, encoded, fileKey, MANIFEST_FORMAT, type ManifestFile, manifestKey } from "./manifest.ts";

export interface PublishOptions {
  readonly gates: readonly Gate[];
  /** Publishes although gates fail; the manifest keeps the reason. Files are verified all the same. */
  readonly force?: { readonly reason: string } | undefined;
  readonly nowMs?: () => number;
}

export interface PublishedBase {
  readonly manifest: BaseManifest;
  readonly catalogue: Catalogue;
}

/**
 * Uploads a build, reads it back, asks the gates, and makes it the current base by one swap. Whatever dies at whatever moment, the
 * current base is the old one or the new one, and complete; the same call again goes on where it was. Files go one after the other.
 *
 * @throws GraphError TENON1435 gates, TENON1436 another publisher was first, TENON1437 name taken, TENON1440 a file came back
 * different, TENON1442 no build, TENON1443 and TENON1444 the store
 */
export async function publishBase(
  store: ObjectStore,
  build: BaseBuild,
  options: PublishOptions,
): Promise<PublishedBase> {
  const { nowMs = Date.now } = options;
  await checkBuild(build);
  const { current, bases } = await announce(store, build.name, nowMs());
  const kept = bases.find(({ name }) => name === current);
  const before = kept && (await readManifest(store, kept));
  try {
    const files = await upload(store, build);
    const gates = await passGates(build, before, options);
    const manifest = manifestOf(build, files, gates, options.force);
    const manifestSha256 = await putManifest(store, manifest);
    const entry = { name: build.name, manifestSha256, watermark: build.watermark, publishedAtMs: nowMs() };
    const catalogue = await changeCatalogue(store, (catalogue) => {
      requireFirst(catalogue, build.name, current);
      return {
        ...withoutPublishing(catalogue, build.name),
        current: build.name,
        bases: [...catalogue.bases, entry],
        history: [
          { base: build.name, atMs: entry.publishedAtMs, by: "publish", ...(options.force ?? {}) },
          ...catalogue.history,
        ],
      };
    });
    return { manifest, catalogue };
  } catch (error) {
    // So that its files can be collected. Should that fail too, they are once the announcement is old.
    await changeCatalogue(store, (catalogue) => withoutPublishing(catalogue, build.name)).catch(() => undefined);
    throw error;
  }
}

/** From now on the files under the name are not garbage (C3). */
function announce(store: ObjectStore, name: string, atMs: number): Promise<Catalogue> {
  return changeCatalogue(store, (catalogue) => {
    if (catalogue.bases.some((base) => base.name === name)) throw nameTaken(name, "it is published");
    if (catalogue.collecting.includes(name)) throw nameTaken(name, "an old base of that name is being deleted");
    const others = catalogue.publishing.filter((each) => each.name !== name && each.sinceMs >= atMs - LEFTOVER_KEPT_MS);
    return { ...catalogue, publishing: [...others, { name, sinceMs: atMs }] };
  });
}

function withoutPublishing(catalogue: Catalogue, name: string): Catalogue {
  if (!catalogue.publishing.some((each) => each.name === name)) return catalogue;
  return { ...catalogue, publishing: catalogue.publishing.filter((each) => each.name !== name) };
}

/** Only what is not there yet; then everything is read back, whoever wrote it. */
async function upload(store: ObjectStore, { name: base, files }: BaseBuild): Promise<readonly ManifestFile[]> {
  const uploaded: ManifestFile[] = [];
  for (const { name, path } of files) {
    const file = { name, ...(await fileDigest(path)) };
    const key = fileKey(base, name);
    const isOurs = (await store.putIfAbsent(key, { path, ...file })) !== undefined;
    const problem = problemOfFile(file, await storedDigest(store, key));
    if (problem !== undefined && !isOurs) throw nameTaken(base, `another build left its file "${name}" there`);
    if (problem !== undefined) throw badBaseFile(base, problem, undefined);
    uploaded.push(file);
  }
  return uploaded;
}

async function passGates(
  { name, statistics, watermark, embeddingVersion }: BaseBuild,
  current: BaseManifest | undefined,
  { gates, force }: PublishOptions,
): Promise<readonly GateResult[]> {
  const results = await runGates(gates, { statistics, watermark, embeddingVersion, current });
  const failed = results.filter(({ ok }) => !ok);
  if (failed.length > 0 && force === undefined) throw gatesFailed(name, failed);
  return results;
}

function manifestOf(
  { name, builtAtMs, embeddingVersion, schemaFingerprint, watermark, statistics }: BaseBuild,
  files: readonly ManifestFile[],
  gates: readonly GateResult[],
  force: PublishOptions["force"],
): BaseManifest {
  const isForced = force !== undefined && gates.some(({ ok }) => !ok);
  return {
    ...{
      format: MANIFEST_FORMAT,
      name,
      builtAtMs,
      embeddingVersion,
      schemaFingerprint,
      watermark,
      statistics,
      files,
      gates,
    },
    ...(isForced && { forced: force }),
  };
}

async function putManifest(store: ObjectStore, manifest: BaseManifest): Promise<string> {
  const bytes = encoded(manifest);
  const manifestSha256 = sha256Of(bytes);
  await store.putIfAbsent(manifestKey(manifest.name, manifestSha256), bytes);
  await readManifest(store, { name: manifest.name, manifestSha256 });
  return manifestSha256;
}

/** @throws GraphError TENON1436 */
function requireFirst(catalogue: Catalogue, name: string, expected: string | null): void {
  const what = `base "${name}" is not published`;
  const word = (base: string | null) => (base === null ? "no current base" : `current base "${base}"`);
  if (catalogue.current !== expected) throw publishConflict(what, word(expected), word(catalogue.current));
  if (catalogue.bases.some((base) => base.name === name)) throw publishConflict(what, "a free name", "the name in use");
  if (catalogue.publishing.some((each) => each.name === name)) return;
  throw publishConflict(what, "its announcement", "none: it took too long, or was published twice at once");
}
