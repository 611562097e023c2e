/** What a build hands over to be published. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeDurably } from "../../files/write-durably.ts";
import { badBuild } from "../errors.ts";
import { type BaseManifest, type BaseWatermark, encoded, FILES_MAX, isName, parsed } from "./manifest.ts";

export interface BaseBuild
  extends Pick<
    BaseManifest,
    "name" | "builtAtMs" | "embeddingVersion" | "schemaFingerprint" | "watermark" | "statistics"
  > {
  readonly files: readonly { readonly name: string; readonly path: string }[];
}

const BUILD_FILE = "build.json";

/** Says in the build's own folder what it is, so that others can look at it, and publish it. */
export async function writeBuild(folder: string, { files, ...facts }: BaseBuild): Promise<void> {
  const names = files.map(({ name }) => name);
  await writeDurably(join(folder, BUILD_FILE), (file) => file.writeFile(encoded({ ...facts, files: names })));
}

/** The build whose files lie in a folder beside its `build.json`. @throws GraphError TENON1441, TENON1442 */
export async function readBuild(folder: string): Promise<BaseBuild> {
  const path = join(folder, BUILD_FILE);
  const bytes = await readFile(path).catch(() => {
    throw badBuild(`there is no "${path}"`, "the folder that a build was written to");
  });
  const facts = parsed(bytes, `"${path}"`) as unknown as Omit<BaseBuild, "files"> & {
    readonly files: readonly string[];
  };
  const files = (Array.isArray(facts.files) ? facts.files : []).map((name) => ({ name, path: join(folder, name) }));
  const build = { ...facts, files };
  await checkBuild(build);
  return build;
}

/** @throws GraphError TENON1442 */
export async function checkBuild({ name, files, watermark, statistics, ...facts }: BaseBuild): Promise<void> {
  const wrong = (problem: string, expected: string) => {
    throw badBuild(problem, expected);
  };
  const letters = "letters, digits, `.`, `_` and `-`, at most 64 of them";
  if (!isName(name ?? "")) wrong(`its name is "${name}"`, letters);
  if (files.length === 0 || files.length > FILES_MAX) wrong(`it has ${files.length} files`, `1 to ${FILES_MAX}`);
  if (new Set(files.map((file) => file.name)).size < files.length) wrong("it names a file twice", "every file once");
  for (const file of files) {
    if (!isName(file.name)) wrong(`a file is called "${file.name}"`, letters);
    if ((await stat(file.path).catch(() => undefined))?.isFile() !== true) wrong(`"${file.path}" is no file`, "a file");
  }
  if (!isWatermark(watermark)) wrong("it has no watermark", "a position in decimal digits, and the feed's own words");
  if (!Number.isSafeInteger(statistics?.documentCount)) wrong("it has no statistics", "those of `statisticsOf`");
  if (!facts.embeddingVersion || !facts.schemaFingerprint)
    wrong("it does not say what reads it", "embedding version and schema fingerprint");
  if (!Number.isFinite(facts.builtAtMs)) wrong("it has no time", "milliseconds since the epoch");
}

function isWatermark(watermark: BaseWatermark | undefined): boolean {
  return /^\d{1,40}$/.test(watermark?.position ?? "") && typeof watermark?.feed === "string";
}
