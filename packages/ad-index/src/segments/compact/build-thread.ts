/** A thread that builds one base: ads come in slices, the sections of the base go back, and it ends. */
import { parentPort, workerData } from "node:worker_threads";
import { type BaseOptions, SegmentBase } from "../base.ts";
import type { IndexedAd } from "../segment.ts";
import { storedBase } from "../stored-base.ts";

export type BuildOptions = Omit<BaseOptions, "search">;

/** The next ads; none: that was all. */
export type BuildMessage = readonly IndexedAd[];

const ads: IndexedAd[] = [];
parentPort?.on("message", (slice: BuildMessage) => {
  for (const ad of slice) ads.push(ad);
  if (slice.length > 0) return;
  // Vectors lie in shared memory already; what is copied is as small as postings are.
  parentPort?.postMessage(storedBase(SegmentBase.of(ads, workerData as BuildOptions)));
  parentPort?.close();
});
