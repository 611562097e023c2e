import { GCProfiler, getHeapStatistics } from "node:v8";
import type { AllocatedEntry } from "../protocol.ts";
import { type OpenEntry, observe } from "./run-entries.ts";

interface Collection {
  readonly beforeGC: { readonly heapStatistics: { readonly usedHeapSize: number } };
  readonly afterGC: { readonly heapStatistics: { readonly usedHeapSize: number } };
}

/**
 * What one run allocates. The heap grows by it between collections, and each collection says how large the heap was before and after,
 * so a collection in between spoils nothing of the sum. Reading the heap costs time: this is no run to measure time by.
 */
export async function allocateEntry(open: OpenEntry): Promise<AllocatedEntry> {
  const names = open.executor.plan.nodes.map(({ wired }) => wired.name);
  const nodes: Record<string, number> = {};
  const profiler = new GCProfiler();
  profiler.start();
  const start = used();
  let last = start;
  await observe(open, {
    onOutputs: (at) => {
      const now = used();
      nodes[names[at] as string] = now - last;
      last = now;
    },
  });
  const end = used();
  const collections = (profiler.stop()?.statistics ?? []) as readonly Collection[];
  return {
    place: open.place,
    bytes: Math.max(0, allocated(start, collections, end)),
    nodes: collections.length === 0 ? nodes : {},
  };
}

function allocated(start: number, collections: readonly Collection[], end: number): number {
  let [sum, from] = [0, start];
  for (const { beforeGC, afterGC } of collections) {
    sum += beforeGC.heapStatistics.usedHeapSize - from;
    from = afterGC.heapStatistics.usedHeapSize;
  }
  return sum + end - from;
}

function used(): number {
  return getHeapStatistics().used_heap_size;
}
