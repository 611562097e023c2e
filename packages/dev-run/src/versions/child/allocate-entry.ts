/**
 * What one run allocates: the objects that it makes, which are young. The engine's own work is old from the start, and no figure of a
 * run: compiled code, bytecode and what it has seen of types, up to a megabyte in whichever run happens to be next. Larger figures of
 * the whole heap also fall by themselves, when pages are swept after a collection.
 *
 * The young space grows by it between collections, and each collection says how large it was before and after, so one in between spoils
 * nothing of the sum. Reading it costs time: this is no run to measure time by. Bytes of typed arrays are outside of the heap.
 */
import { GCProfiler, getHeapSpaceStatistics } from "node:v8";
import type { AllocatedEntry } from "../protocol.ts";
import { type OpenEntry, observe } from "./run-entries.ts";

interface Collection {
  readonly beforeGC: CollectedSpaces;
  readonly afterGC: CollectedSpaces;
}

interface CollectedSpaces {
  readonly heapSpaceStatistics: readonly { readonly spaceName: string; readonly spaceUsedSize: number }[];
}

const YOUNG_SPACES: readonly string[] = ["new_space", "new_large_object_space"];

export async function allocateEntry(open: OpenEntry): Promise<AllocatedEntry> {
  const names = open.executor.plan.nodes.map(({ wired }) => wired.name);
  const nodes: Record<string, number> = {};
  // Then few runs have a collection in between, which leaves their nodes without figures.
  globalThis.gc?.({ type: "minor" });
  const profiler = new GCProfiler();
  profiler.start();
  const reading = -(young() - young());
  const start = young();
  let last = start;
  let ran = 0;
  await observe(open, {
    onOutputs: (at) => {
      const now = young();
      ran++;
      nodes[names[at] as string] = Math.max(0, now - last - reading);
      last = now;
    },
  });
  const end = young();
  const collections = (profiler.stop()?.statistics ?? []) as readonly Collection[];
  return {
    place: open.place,
    bytes: Math.max(0, allocated(start, collections, end) - (ran + 1) * reading),
    nodes: collections.length === 0 ? nodes : {},
  };
}

function allocated(start: number, collections: readonly Collection[], end: number): number {
  let [sum, from] = [0, start];
  for (const { beforeGC, afterGC } of collections) {
    sum += collectedYoung(beforeGC) - from;
    from = collectedYoung(afterGC);
  }
  return sum + end - from;
}

/** Bytes of young objects, dead ones among them. Making the answer is an allocation, too. */
function young(): number {
  let bytes = 0;
  for (const { space_name: name, space_used_size: used } of getHeapSpaceStatistics()) {
    if (YOUNG_SPACES.includes(name)) bytes += used;
  }
  return bytes;
}

function collectedYoung({ heapSpaceStatistics }: CollectedSpaces): number {
  let bytes = 0;
  for (const { spaceName, spaceUsedSize } of heapSpaceStatistics) {
    if (YOUNG_SPACES.includes(spaceName)) bytes += spaceUsedSize;
  }
  return bytes;
}
