/**
 * What a segment costs: building it, its bytes, writing it to files and loading it; and the build of hnswlib-node beside it. First the
 * segment of vectors alone, then a whole base as it is served: targeting, vectors, keywords and forward columns.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VectorSegment } from "@tenon/ad-index/vectors";
import { type Part, type Row, rounded } from "../../harness/report.ts";
import { keptBuildCpuMs } from "../contenders/build-once.ts";
import { cpuMs, isUnavailable } from "../contenders/contender.ts";
import { graphPath, HNSWLIB, hnswlib } from "../contenders/hnswlib.ts";
import { EMBEDDING, tenon } from "../contenders/tenon.ts";
import { ClusteredSource } from "../data/clustered.ts";
import { SEED } from "../data/workload.ts";
import { type Outcome, partOf, type SizeName } from "../goals.ts";
import { measuredBase } from "../measure/index-programs.ts";
import { SIZES } from "./sweep.ts";

export interface BuildAmounts {
  readonly sizes: readonly SizeName[];
  /** hnswlib-node's graphs only as earlier runs have left them. */
  readonly cachedOnly: boolean;
}

/** Queries that the planner learns from. */
const LEARNED = 100;

export async function buildPart({ sizes, cachedOnly }: BuildAmounts): Promise<Part> {
  const rows: Row[] = [];
  let outcome: Outcome = { missing: "full run only" };
  for (const size of sizes) {
    const source = new ClusteredSource({ count: SIZES[size], dimensions: 64, seed: SEED });
    const set = source.vectorSet();
    const ours = await tenon(set, 1, source.queries(LEARNED, "tuning").vectors);
    const oursCpuMs = ours.buildCpuMs + ours.calibrateCpuMs;
    rows.push({
      workload: `${size} x 64, segment`,
      buildCpuMs: Math.round(ours.buildCpuMs),
      calibrateCpuMs: Math.round(ours.calibrateCpuMs),
      ...storageOf(ours.segment, set.count),
    });
    rows.push(await wholeBaseRow(size));
    const peer = await hnswlib({ cachedOnly })(set);
    const peerCpuMs = keptBuildCpuMs(graphPath(set));
    if (isUnavailable(peer) || peerCpuMs === undefined) {
      const reason = isUnavailable(peer) ? peer.unavailable : "the time of its build was not kept";
      rows.push({ workload: `${size} x 64, segment`, contender: HNSWLIB, unavailable: reason });
      continue;
    }
    const when = peer.buildCpuMs === undefined ? "by an earlier run on this machine" : "now";
    rows.push({
      workload: `${size} x 64, segment`,
      contender: HNSWLIB,
      buildCpuMs: Math.round(peerCpuMs),
      built: when,
    });
    if (size === "500k") outcome = peerCpuMs / oursCpuMs;
  }
  return partOf("build", { "build.500k": outcome }, rows);
}

/** Everything a base holds but its documents; its own program says how it is measured. */
async function wholeBaseRow(size: SizeName): Promise<Row> {
  const figures = Object.entries(await measuredBase(SIZES[size])).map(([name, value]) => [name, rounded(value)]);
  return { workload: `${size} x 64, whole base`, ...Object.fromEntries(figures) };
}

/** Bytes of the segment as kept, and the wall time of loading it from files that the system still holds in memory. */
function storageOf(segment: VectorSegment, ads: number): Row {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-segment-"));
  try {
    const { facts, sections } = segment.toSections();
    let bytes = 0;
    for (const [name, section] of Object.entries(sections)) {
      bytes += section.byteLength;
      writeFileSync(join(folder, name), new Uint8Array(section.buffer, section.byteOffset, section.byteLength).slice());
    }
    const [wall, cpu] = [performance.now(), cpuMs()];
    const read = Object.entries(sections).map(([name, section]) => {
      const { buffer, byteOffset, byteLength } = readFileSync(join(folder, name));
      const whole = byteOffset === 0 ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
      const View = section.constructor as new (buffer: ArrayBufferLike, at: number, length: number) => typeof section;
      return [name, new View(whole, 0, byteLength / section.BYTES_PER_ELEMENT)] as const;
    });
    VectorSegment.fromSections({ facts, sections: Object.fromEntries(read) }, { embeddingVersion: EMBEDDING });
    return {
      loadMs: rounded(performance.now() - wall),
      loadCpuMs: rounded(cpuMs() - cpu),
      bytesPerAd: rounded(bytes / ads),
      memoryBytesPerAd: rounded(segment.shared.memory.buffer.byteLength / ads),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
