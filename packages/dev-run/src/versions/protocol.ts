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
  | { readonly kind: "measure"; readonly entries: readonly EntryPlace[] }
  | { readonly kind: "allocate"; readonly entries: readonly EntryPlace[] }
  | { readonly kind: "converge" };

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
  /** Ad id → objective of its campaign, of ads in the answer. */
  readonly objectives: Readonly<Record<string, string>>;
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
  /** Processor time within each node, ms. */
  readonly nodes: Readonly<Record<string, number>>;
}

export interface AllocatedEntry {
  readonly place: EntryPlace;
  /** Allocated on the heap by the whole run, collections in between counted in. */
  readonly bytes: number;
  /** Allocated between the end of the node before it and its own end; empty where a collection came between. */
  readonly nodes: Readonly<Record<string, number>>;
}

/** The indexing handlers of one version, brought the recorded changes of one corpus. */
export interface IndexingAnswer {
  readonly changes: number;
  /** Groups of rows that handlers produce: what they wrote change by change against what a base makes of the rows at the end. */
  readonly groupsCompared: number;
  /** Documents that deltas leave in an index, against those of the base. */
  readonly documentsCompared: number;
  readonly differentCount: number;
  /** The first of them. */
  readonly different: readonly {
    readonly handler: string;
    readonly owner: string;
    /** `entity.group`, or `document`. */
    readonly what: string;
    readonly key: string;
    readonly path: string;
    readonly deltas: string;
    readonly base: string;
  }[];
  readonly failures: readonly {
    readonly path: "deltas" | "base";
    readonly handler: string;
    readonly key: string;
    readonly reason: string;
  }[];
  /** In the order in which the changes came. */
  readonly costs: readonly IndexingCost[];
}

export interface IndexingCost {
  readonly kind: string;
  /** Handler → runs of its graph. */
  readonly runs: Readonly<Record<string, number>>;
  /** Handler → groups of rows that it wrote, and that were newer than what was there. */
  readonly writes: Readonly<Record<string, number>>;
  /** Handler → messages that it sent. */
  readonly sent: Readonly<Record<string, number>>;
  readonly messages: number;
  readonly messageBytes: number;
  /** Handlers, each reading what the one before it writes. */
  readonly chain: readonly string[];
}
