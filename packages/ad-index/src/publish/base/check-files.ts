/** Whether the files of a base are what was published. */
import { badBaseFile } from "../errors.ts";
import { type Digest, digestOf, readAll, sha256Of } from "../store/body.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { KeptBase } from "./catalogue.ts";
import { type BaseManifest, fileKey, type ManifestFile, manifestKey, parseManifest } from "./manifest.ts";

export interface FileProblem {
  readonly file: string;
  readonly expected: string;
  readonly found: string;
}

/** What differs, or `undefined`. */
export function problemOfFile({ name, ...wanted }: ManifestFile, found: Digest | undefined): FileProblem | undefined {
  if (found !== undefined && found.bytes === wanted.bytes && found.sha256 === wanted.sha256) return undefined;
  const text = ({ bytes, sha256 }: Digest) => `${bytes} bytes of SHA-256 ${sha256.slice(0, 16)}…`;
  return { file: name, expected: text(wanted), found: found === undefined ? "nothing" : text(found) };
}

export async function storedDigest(store: ObjectStore, key: string): Promise<Digest | undefined> {
  const stored = await store.get(key);
  return stored === undefined ? undefined : digestOf(stored.chunks);
}

/**
 * The manifest that the catalogue means.
 *
 * @param previous the base to go to instead, for the hint
 * @throws GraphError TENON1440, TENON1441
 */
export async function readManifest(
  store: ObjectStore,
  { name, manifestSha256 }: Pick<KeptBase, "name" | "manifestSha256">,
  previous?: string,
): Promise<BaseManifest> {
  const stored = await store.get(manifestKey(name, manifestSha256));
  const bytes = stored && (await readAll(stored));
  const wanted = { file: "manifest", expected: `SHA-256 ${manifestSha256.slice(0, 16)}…` };
  if (bytes === undefined) throw badBaseFile(name, { ...wanted, found: "nothing" }, previous);
  const sha256 = sha256Of(bytes);
  if (sha256 === manifestSha256) return parseManifest(bytes, name);
  throw badBaseFile(name, { ...wanted, found: `SHA-256 ${sha256.slice(0, 16)}…` }, previous);
}

/** Reads every file of a base and says what is wrong with which: nothing, if all is well. */
export async function verifyFiles(store: ObjectStore, { name, files }: BaseManifest): Promise<readonly FileProblem[]> {
  const problems: FileProblem[] = [];
  for (const file of files) {
    const problem = problemOfFile(file, await storedDigest(store, fileKey(name, file.name)));
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}
