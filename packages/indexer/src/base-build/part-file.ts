/** What one range of ads came to, on the disk of the builder: so that a build that was killed goes on where it was. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { deserialize, serialize } from "node:v8";
import type { AdDocument } from "@tenon/ads-model";

export interface BuiltAd {
  readonly document: AdDocument;
  readonly vector: Float32Array | null;
}

export interface Part {
  readonly ads: readonly BuiltAd[];
  /** Ads that must not come back by a late, older upsert. */
  readonly deletions: readonly { readonly adId: number; readonly version: number }[];
  /** Ads whose derivation failed, at most `FAILURES_NAMED_MAX` of them by name. */
  readonly failures: readonly { readonly adId: number; readonly reason: string }[];
  readonly failureCount: number;
  /** Archived ads whose document was collected: they are no part of the base. */
  readonly collectedCount: number;
}

export const FAILURES_NAMED_MAX = 20;

/** All or nothing: a file that is there is complete. */
export async function writePart(path: string, part: Part): Promise<void> {
  await writeFile(`${path}.unfinished`, serialize(part), { flush: true });
  await rename(`${path}.unfinished`, path);
}

/** Undefined when the part is not there: it was never built, or on another machine. */
export async function readPart(path: string): Promise<Part | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return bytes === undefined ? undefined : (deserialize(bytes) as Part);
}

export interface PartFigures {
  readonly ads: number;
  readonly deletions: number;
  readonly collected: number;
  readonly failureCount: number;
  readonly failures: Part["failures"];
}

export function figuresOf({ ads, deletions, collectedCount, failureCount, failures }: Part): PartFigures {
  return { ads: ads.length, deletions: deletions.length, collected: collectedCount, failureCount, failures };
}
