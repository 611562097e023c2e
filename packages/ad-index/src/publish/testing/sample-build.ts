/** Small builds with real files, and a store that dies. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BaseBuild, type ListedObject, type ObjectStore, type StoredObject, standardGates } from "../index.ts";
import type { Body } from "../store/object-store.ts";

export const GATES = standardGates({ coverageMin: { title: 1 } });

export interface SampleBuild extends Partial<BaseBuild> {
  readonly name: string;
  /** Contents by file name. */
  readonly contents?: Readonly<Record<string, string>>;
  readonly documentCount?: number;
}

export async function sampleBuild(
  folder: string,
  { contents, documentCount = 100, ...over }: SampleBuild,
): Promise<BaseBuild> {
  const own = join(folder, `build-${over.name}`);
  await mkdir(own, { recursive: true });
  const files: { name: string; path: string }[] = [];
  for (const [name, text] of Object.entries(
    contents ?? { "ads.segment": `ads of ${over.name}`, "words.txt": "words" },
  )) {
    await writeFile(join(own, name), text);
    files.push({ name, path: join(own, name) });
  }
  return {
    ...{ builtAtMs: 1_000, embeddingVersion: "text-32", schemaFingerprint: "schema-1", files },
    watermark: { position: "10", feed: "at 10" },
    statistics: { documentCount, withoutVector: 0, nulls: { title: 0, body: 5 } },
    ...over,
  };
}

export class Died extends Error {}

/** A process that dies at a step: before the step is done, or after it and before it is told. Every later step dies too. */
export class DyingStore implements ObjectStore {
  readonly name: string;
  steps = 0;
  readonly #store: ObjectStore;
  readonly #dies: { readonly at: number; readonly when: "before" | "after" };

  constructor(store: ObjectStore, dies: { readonly at: number; readonly when: "before" | "after" }) {
    this.name = store.name;
    this.#store = store;
    this.#dies = dies;
  }

  get(key: string): Promise<StoredObject | undefined> {
    return this.#step(() => this.#store.get(key));
  }
  putIfAbsent(key: string, body: Body): Promise<string | undefined> {
    return this.#step(() => this.#store.putIfAbsent(key, body));
  }
  putIfMatch(key: string, body: Body, etag: string): Promise<string | undefined> {
    return this.#step(() => this.#store.putIfMatch(key, body, etag));
  }
  list(prefix: string): Promise<readonly ListedObject[]> {
    return this.#step(() => this.#store.list(prefix));
  }
  delete(key: string): Promise<void> {
    return this.#step(() => this.#store.delete(key));
  }
  collectUnfinished(beforeMs: number): Promise<number> {
    return this.#step(() => this.#store.collectUnfinished(beforeMs));
  }

  async #step<Result>(work: () => Promise<Result>): Promise<Result> {
    const { at, when } = this.#dies;
    const step = ++this.steps;
    if (step > at || (step === at && when === "before")) throw new Died(`at step ${step}`);
    const result = await work();
    if (step === at) throw new Died(`after step ${step}`);
    return result;
  }
}
