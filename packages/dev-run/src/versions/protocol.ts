/**
 * What a report asks of one version of the code, and what that version answers: lines between two processes, each with
 * the code of its own checkout. Whoever changes a message raises the format: then the other side says that it is older or
 * newer, and nothing is misread.
 *
 * P1 The child answers one question at a time, in the order they were asked.
 * P2 Before it works on an entry it says which: if it dies, or is silent, that entry is named.
 * P3 Values are plain JSON: the parent needs neither the slots nor the codec of the version.
 */
import type { Topology } from "@tenon/graph-core";

export const PROTOCOL_FORMAT = 2;

/** An entry by the place it has: the number of its corpus among those that were opened, and its own within that. */
export interface EntryPlace {
  readonly corpus: number;
  readonly at: number;
}

export type Question =
  | { readonly kind: "hello"; readonly format: number }
  | { readonly kind: "open"; readonly corpora: readonly string[] }
  | { readonly kind: "run"; readonly entries: readonly EntryPlace[]; readonly answers: readonly string[] }
  | { readonly kind: "values"; readonly entries: readonly EntryPlace[]; readonly slots: readonly string[] }
  | { readonly kind: "explain"; readonly entries: readonly ExplainPlace[] }
  | { readonly kind: "measure"; readonly entries: readonly EntryPlace[] };

export interface ExplainPlace extends EntryPlace {
  readonly ids: readonly number[];
}

/** From the child. `part` comes once per entry, `done` ends a question. */
export type Answer =
  | { readonly kind: "begun"; readonly place: EntryPlace }
  | { readonly kind: "part"; readonly part: unknown }
  | { readonly kind: "done"; readonly answer?: unknown }
  | { readonly kind: "failed"; readonly error: FailedAnswer };

export interface FailedAnswer {
  readonly code?: string;
  readonly message: string;
  readonly detail?: string;
}

export interface HelloAnswer {
  readonly format: number;
  readonly node: string;
}

export interface OpenedCorpus {
  readonly name: string;
  readonly madeBy: string;
  /** SHA-256, hex. */
  readonly hash: string;
  readonly entries: readonly OpenedEntry[];
}

export interface OpenedEntry {
  readonly requestId: string;
  readonly graph: string;
  readonly host: "admixer" | "indexer";
  readonly stratum: string;
}

export interface OpenAnswer {
  readonly corpora: readonly OpenedCorpus[];
  readonly graphs: readonly DescribedGraph[];
}

/** What one version says of a graph. Places are relative to the root of its checkout. */
export interface DescribedGraph {
  readonly name: string;
  readonly topologyHash: string;
  readonly topology: Topology;
  /** Node names in the order in which they run: what a node reads stands before it. */
  readonly order: readonly string[];
  /** Pinned resources by name: version and digest of what they hold, where that is plain. */
  readonly pinned: Readonly<Record<string, PinnedVersion>>;
  /** Feature schema fingerprints by schema name. */
  readonly featureSchemas: Readonly<Record<string, string>>;
  /** By slot key: how its fields are compared. */
  readonly rules: Readonly<Record<string, readonly FieldRule[]>>;
}

export interface PinnedVersion {
  readonly version: string;
  readonly digest: string | null;
}

/** Declared in the schema of a slot, by `.meta({ tolerance })` and `.meta({ unordered: true })`. */
export interface FieldRule {
  /** Path within the slot, `[]` for any element: `positions[].scoreTerms.relevance`; empty for the value itself. */
  readonly path: string;
  readonly tolerance?: Tolerance;
  readonly unordered?: boolean;
}

/** Largest difference that counts as none: of the larger of the two values, or in steps of a 64-bit float. */
export type Tolerance = { readonly relative: number } | { readonly ulp: number };

export interface RanEntry {
  readonly place: EntryPlace;
  /** Digest by slot key, 16 hex digits; slots that stayed absent are left out. */
  readonly slots: Readonly<Record<string, string>>;
  readonly failure: { readonly code: string; readonly node: string | null; readonly message: string } | null;
  readonly misses: readonly { readonly node: string | null; readonly message: string }[];
  readonly stages: readonly RanStage[];
  /** Nodes that were called, fallbacks among them. */
  readonly ran: readonly string[];
  /** Nodes whose failure policy took their place. */
  readonly degraded: readonly string[];
  /** Whether every snapshot that the log slots hold is one that was scored; `null` where none is logged. */
  readonly logged: boolean | null;
  /** The slots that were asked for, as plain values. */
  readonly answers: Readonly<Record<string, unknown>>;
}

export interface RanStage {
  readonly node: string;
  readonly entered: number;
  readonly kept: number;
  readonly byReason: Readonly<Record<string, number>>;
  /** Of every drop with its threshold and value: a filter may drop the same ads for other reasons. */
  readonly digest: string;
}

export interface EntryValues {
  readonly place: EntryPlace;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface ExplainedEntry {
  readonly place: EntryPlace;
  readonly verdicts: readonly { readonly id: number; readonly verdict: string }[];
}

export interface MeasuredEntry {
  readonly place: EntryPlace;
  /** Processor time of the whole run, ms. */
  readonly cpuMs: number;
  /** Bytes allocated on the heap by the run; `null` where a collection came between. */
  readonly allocatedBytes: number | null;
  /** Processor time within each node, ms. */
  readonly nodes: Readonly<Record<string, number>>;
}
