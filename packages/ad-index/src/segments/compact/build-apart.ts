/**
 * Builds a base without holding up the caller's thread: another thread does the work, and this one sends the ads and takes the
 * result in slices.
 */
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { buildThreadLost } from "../../errors.ts";
import { type BaseOptions, SegmentBase } from "../base.ts";
import type { IndexedAd } from "../segment.ts";
import { readStored, type StoredBase } from "../stored-base.ts";
import type { BuildMessage, BuildOptions } from "./build-thread.ts";

/** Ads that are built here and now: a few milliseconds, less than a thread takes to start. */
export const BUILT_HERE_ADS_MAX = 256;
/** Ads copied between two turns of the event loop: about a millisecond. */
export const ADS_PER_TURN = 128;

/** Gives other work its turn. */
export type Turn = () => Promise<unknown>;

/** The base of checked ads. Flat bases, which are for truth and not for serving, are built here. Throws TENON1460. */
export async function buildApart(
  ads: readonly IndexedAd[],
  options: BaseOptions,
  turn: Turn = setImmediate,
): Promise<SegmentBase> {
  if (options.vectors !== "lists" || ads.length <= BUILT_HERE_ADS_MAX) return SegmentBase.of(ads, options);
  const { embeddings, search = {}, ...rest } = options;
  const { version, dimensions } = embeddings;
  // Every ad brings its vector along: the matrix stays here.
  const thread = startThread({ ...rest, embeddings: { version, dimensions, rows: new Float32Array(0) } });
  const built = resultOf(thread);
  // Awaited below; until then a thread that ends early must not count as a rejection that nobody handles.
  built.catch(() => undefined);
  await sendInSlices(ads, (slice) => thread.postMessage(slice), turn);
  return assemble(await built, ads, options, turn);
}

/** Sends all ads, and an empty slice at the end. */
export async function sendInSlices(
  ads: readonly IndexedAd[],
  send: (slice: BuildMessage) => void,
  turn: Turn,
): Promise<void> {
  for (let from = 0; from < ads.length; from += ADS_PER_TURN) {
    // Copies: a view would take the whole array that it looks at along.
    send(
      ads
        .slice(from, from + ADS_PER_TURN)
        .map(({ document, vector }) => ({ document, vector: vector && copyOf(vector) })),
    );
    await turn();
  }
  send([]);
}

function copyOf(vector: ArrayLike<number>): Float32Array {
  return new Float32Array(vector);
}

async function assemble(
  stored: StoredBase,
  ads: readonly IndexedAd[],
  { embeddings, search = {} }: BaseOptions,
  turn: Turn,
): Promise<SegmentBase> {
  const documents = new Map<number, IndexedAd["document"]>();
  for (const [place, { document }] of ads.entries()) {
    documents.set(document.adId, document);
    if (place % (ADS_PER_TURN * ADS_PER_TURN) === 0) await turn();
  }
  const documentOf = (adId: number) => documents.get(adId);
  // Replicas of one version plan alike: default costs, not measured ones.
  const read = readStored(stored, {
    search: { costs: undefined, ...search },
    documentOf,
  });
  let step = read.next();
  while (step.done !== true) {
    await turn();
    step = read.next();
  }
  const { name, watermark, deletions } = stored.facts;
  return new SegmentBase({ name, watermark, ...step.value, embeddings, layout: "lists", deletions });
}

function startThread(workerData: BuildOptions): Worker {
  const inSource = import.meta.url.endsWith(".ts");
  const file = new URL(`./build-thread${inSource ? ".ts" : ".js"}`, import.meta.url);
  return new Worker(file, { workerData, ...(inSource && { execArgv: ["--conditions=@tenon/source"] }) });
}

function resultOf(thread: Worker): Promise<StoredBase> {
  const { promise, resolve, reject } = Promise.withResolvers<StoredBase>();
  thread.on("message", resolve);
  thread.on("error", (error: unknown) =>
    reject(buildThreadLost(error instanceof Error ? error.message : String(error))),
  );
  // After the answer this changes nothing.
  thread.on("exit", (code) => reject(buildThreadLost(`exit code ${code}`)));
  return promise;
}
