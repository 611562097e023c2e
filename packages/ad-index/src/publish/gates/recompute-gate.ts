import { isDeepStrictEqual } from "node:util";
import type { AdDocument } from "@tenon/ads-model";
import { atMost, type Gate } from "./gate.ts";

/** Differences that are named; the number counts all. */
const NAMED_MAX = 5;

export interface RecomputeGateOptions {
  /** The documents of the build, by place. */
  readonly documents: readonly AdDocument[];
  /** The document as its sources make it at the build's watermark; `undefined` when they make none. */
  readonly recompute: (document: AdDocument) => Promise<AdDocument | undefined>;
  /** Documents looked at; default 100. */
  readonly samples?: number;
  /** Equal seeds look at equal places. */
  readonly seed: number;
  /** Differing documents that are allowed; default 0. */
  readonly differingMax?: number;
}

/** Builds a sample of documents anew and compares field by field: what the base holds is what its sources say. */
export function recomputeGate({
  documents,
  recompute,
  samples = 100,
  seed,
  differingMax = 0,
}: RecomputeGateOptions): Gate {
  return async () => {
    const differences: string[] = [];
    const places = samplePlaces(documents.length, samples, seed);
    for (const place of places) {
      const stored = documents[place] as AdDocument;
      const fields = differingFields(stored, await recompute(stored));
      if (fields.length > 0) differences.push(`ad ${stored.adId}: ${fields.join(", ")}`);
    }
    const named = differences.slice(0, NAMED_MAX).join("; ");
    const detail = `${differences.length} of ${places.length} documents differ from their sources${named === "" ? "" : ` (${named})`}`;
    return [atMost("recompute", differences.length, differingMax, detail)];
  };
}

/** Names of top-level fields that differ; one word when there is nothing to compare with. */
function differingFields(stored: AdDocument, made: AdDocument | undefined): readonly string[] {
  if (made === undefined) return ["its sources make no document"];
  const names = new Set([...Object.keys(stored), ...Object.keys(made)]) as Set<keyof AdDocument>;
  return [...names].filter((name) => !isDeepStrictEqual(stored[name], made[name]));
}

/** Distinct places, spread evenly at random: one out of each of `count` equal stretches. */
function samplePlaces(length: number, count: number, seed: number): readonly number[] {
  const wanted = Math.min(length, count);
  let state = seed >>> 0;
  return Array.from({ length: wanted }, (_, stretch) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const [from, to] = [Math.floor((stretch * length) / wanted), Math.floor(((stretch + 1) * length) / wanted)];
    return from + Math.floor((state / 2 ** 32) * (to - from));
  });
}
