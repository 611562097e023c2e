/** What every test of publishing begins with: an empty store in a folder of its own, a clock that stands, builds that get through. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphError } from "@tenon/graph-core";
import { afterEach, beforeEach, expect } from "vitest";
import { FolderStore, listBases, type ObjectStore, publishBase, readCatalogue, verifyBase } from "../index.ts";
import { GATES, type SampleBuild, sampleBuild } from "./sample-build.ts";

export const DAY_MS = 86_400_000;
/** More steps than anything here takes. */
export const STEPS_MAX = 100;

export let folder: string;
export let store: ObjectStore;
let atMs: number;
let stores = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-publish-"));
  newStore();
  atMs = Date.now();
});
afterEach(() => rm(folder, { recursive: true }));

export function newStore(): void {
  stores++;
  store = sameStore();
}

/** Where the objects of the store lie. */
export function storeFolder(): string {
  return join(folder, `store-${stores}`);
}

/** The store as another process would open it. */
export function sameStore(): FolderStore {
  return new FolderStore(storeFolder());
}

export const nowMs = () => atMs;
export const options = { gates: GATES, nowMs };

export function passMs(ms: number): void {
  atMs += ms;
}

export async function publish(build: SampleBuild, into = store) {
  return publishBase(into, await sampleBuild(folder, build), options);
}

export async function problemOf(work: Promise<unknown>): Promise<GraphError> {
  const problem = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (problem instanceof GraphError) return problem;
  throw new Error(`expected a GraphError, found ${String(problem)}`);
}

/** Names of the bases that may be gone back to, newest first, each read and found whole; the current one must be among them. */
export async function wholeBases(): Promise<readonly string[]> {
  const { bases } = await listBases(store);
  for (const { manifest } of bases) expect((await verifyBase(store, manifest.name)).problems).toEqual([]);
  const { current } = await readCatalogue(store);
  expect(bases.filter(({ isCurrent }) => isCurrent).map(({ manifest }) => manifest.name)).toEqual(
    current === null ? [] : [current],
  );
  return bases.map(({ manifest }) => manifest.name);
}
