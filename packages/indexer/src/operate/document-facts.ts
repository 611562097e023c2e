/** Everything that is known of one document on its way: what its rows are at the source, in the repository, in the log. */
import type { FeedConsumer, RowState } from "@tenon/storage-repo";
import type { OutboxOfKey, ParkedOfKey, WorkOfKey } from "@tenon/stream-runtime";
import type { FoundRecord } from "./log-search.ts";

/** A record that its reader has not come to yet. */
export interface Waiting extends Pick<FoundRecord, "topic" | "partition" | "offset"> {
  readonly task: string;
  /** Records between the reader and the end of the partition. */
  readonly lag: number;
}

/** One group of a row that the document hangs on, from its source to the repository. */
export interface SourceFacts {
  readonly entity: string;
  readonly group: string;
  readonly owner: string;
  readonly class: string;
  readonly key: number;
  /** `campaigns` or `image`. */
  readonly source: string;
  /** As the ads database has it; undefined for a signal, and where the ads database was not looked at. */
  readonly inSource: { readonly version: number; readonly updatedAtMs: number; readonly gone: boolean } | undefined;
  /** Version 0: never written. `writtenAtMs`: when that version was; null once the change feed has forgotten it. */
  readonly inRepo: {
    readonly version: number;
    readonly sourceAtMs: number | null;
    readonly writtenAtMs: number | null;
  };
  /** The newest change or signal that the gateway has not read. */
  readonly change: Waiting | undefined;
  /** The newest update that the updater has not read, newer than the repository. */
  readonly update: (Waiting & { readonly version: number }) | undefined;
  readonly rejected: { readonly version: number; readonly reason: string; readonly owner: string } | undefined;
  readonly dropped: { readonly version: number; readonly ageMs: number } | undefined;
}

/** One group of the document, and its handler. */
export interface GroupFacts {
  readonly group: string;
  readonly owner: string;
  readonly class: string;
  readonly handler: string | null;
  readonly version: number;
  readonly sourceAtMs: number | null;
  /** When its handler wrote that version; null once the change feed has forgotten it. */
  readonly writtenAtMs: number | null;
}

export interface ServableFacts {
  readonly isServable: boolean;
  readonly missing: readonly string[];
  /** Of the document; null while there is none. */
  readonly version: number | null;
  readonly sourceAtMs: number | null;
  /** When it was put together as it is; null once the change feed has forgotten it. */
  readonly writtenAtMs: number | null;
}

export interface DeltaFacts {
  readonly offset: number;
  readonly kind: "upsert" | "delete";
  readonly version: number;
  readonly publishedAtMs: number;
}

export interface BaseFacts {
  readonly name: string;
  /** Offset of the deltas from which on a server that loaded it reads. */
  readonly position: string;
  readonly builtAtMs: number;
}

/** What one serving process says of the ad. */
export interface HostFacts {
  readonly url: string;
  /** Null: it does not hold the ad. Undefined: it did not answer. */
  readonly version: number | null | undefined;
  readonly appliedAtMs: number | null;
  readonly offset: number | null;
  readonly problem: string | undefined;
}

export interface DocumentFacts {
  readonly adId: number;
  readonly atMs: number;
  /** Whether the ads database was asked. */
  readonly askedSource: boolean;
  readonly row: RowState | undefined;
  readonly sources: readonly SourceFacts[];
  /** Bytes of the ads database's log that the gateway has not acknowledged; undefined where that cannot be asked. */
  readonly changeLog: { readonly slot: string; readonly behindBytes: number; readonly lost: boolean } | undefined;
  readonly parked: readonly ParkedOfKey[];
  readonly outbox: readonly OutboxOfKey[];
  readonly feeds: readonly FeedConsumer[];
  readonly work: readonly WorkOfKey[];
  readonly groups: readonly GroupFacts[];
  readonly servable: ServableFacts | undefined;
  readonly delta: DeltaFacts | undefined;
  /** Of the topic's partition; undefined where it is not there. */
  readonly deltas: { readonly earliest: number; readonly end: number } | undefined;
  readonly base: BaseFacts | undefined;
  /** The last base build, when its gates refused it. */
  readonly refusal: { readonly runId: number; readonly error: string; readonly atMs: number } | undefined;
  readonly hosts: readonly HostFacts[];
}
