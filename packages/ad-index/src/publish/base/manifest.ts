/** What lies in a store: `bases/<name>/…`, each with a manifest, and one small catalogue that is swapped. */
import { unreadable } from "../errors.ts";
import type { GateResult } from "../gates/gate.ts";

export const MANIFEST_FORMAT = 1;
/** Most files of a base. */
export const FILES_MAX = 1_000;

export interface ManifestFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A place in the change feed. The base holds everything before it; changes from there on make the base new. */
export interface BaseWatermark {
  /** Grows along the feed: a whole number as decimal text. */
  readonly position: string;
  /** The place as the feed itself writes it. */
  readonly feed: string;
}

/** Counts over the documents of a base, for gates and for comparing bases. */
export interface BaseStatistics {
  readonly documentCount: number;
  /** Ads that no vector search finds. */
  readonly withoutVector: number;
  /** Per column the ads that hold nothing in it. */
  readonly nulls: Readonly<Record<string, number>>;
}

/** Immutable; written after its files. */
export interface BaseManifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly name: string;
  readonly builtAtMs: number;
  readonly embeddingVersion: string;
  /** Equal when the same program could read both. */
  readonly schemaFingerprint: string;
  readonly watermark: BaseWatermark;
  readonly statistics: BaseStatistics;
  readonly files: readonly ManifestFile[];
  readonly gates: readonly GateResult[];
  /** Set when it was published although gates failed. */
  readonly forced?: { readonly reason: string };
}

export const BASES = "bases/";
export const fileKey = (base: string, file: string): string => `bases/${base}/files/${file}`;
/** Named by its content: a publisher that died after its manifest does not stand in the way of the next try. */
export const manifestKey = (base: string, sha256: string): string =>
  `bases/${base}/manifest-${sha256.slice(0, 16)}.json`;

const NAME = /^[a-z0-9][a-z0-9_.-]{0,63}$/i;

/** Whether a base, or one of its files, may be called that. */
export function isName(name: string): boolean {
  return NAME.test(name);
}

/** @throws GraphError TENON1441 */
export function parseManifest(bytes: Uint8Array, base: string): BaseManifest {
  const what = `manifest of base "${base}"`;
  const manifest = parsed(bytes, what) as unknown as BaseManifest;
  if (manifest.format !== MANIFEST_FORMAT)
    throw unreadable(what, `format ${manifest.format}, expected ${MANIFEST_FORMAT}`);
  if (manifest.name !== base) throw unreadable(what, `it is of base "${manifest.name}"`);
  if (!Array.isArray(manifest.files) || manifest.files.length > FILES_MAX) throw unreadable(what, "its list of files");
  const strange = manifest.files.find(({ name }) => !isName(name));
  if (strange !== undefined) throw unreadable(what, `file name "${strange.name}"`);
  return manifest;
}

/** An object, whatever is in it. @throws GraphError TENON1441 */
export function parsed(bytes: Uint8Array, what: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw unreadable(what, "it is no JSON", cause);
  }
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw unreadable(what, "it is no object");
}

/** JSON as stored: people read it too. */
export function encoded(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, undefined, 1)}\n`);
}
