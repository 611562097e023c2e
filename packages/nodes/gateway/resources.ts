/** What the gateway reads besides its messages. */
import { resource } from "@tenon/graph-core";
import type { Lane } from "@tenon/storage-repo/api";
import type { SourceTable } from "../indexing/topics.ts";

/** A row as it is now, or that it is not there. */
export interface SourceRowState {
  /**
   * Orders all states of the row, deletes and re-inserts included: even for a row (2 × its row version), odd for a deletion, and
   * 1 for a row that never was.
   */
  readonly version: number;
  /** When the state was written, ms since 1970; 0 for a row that never was. */
  readonly updatedAtMs: number;
  /** Columns in camel case, ids and amounts as safe integers, jsonb as its value. Null: the row is not there. */
  readonly row: object | null;
}

export interface AdsDatabase {
  /**
   * The committed state of a row. Waits out short outages; rejects when the database cannot be asked, and with the signal's reason
   * once it is aborted.
   */
  row(at: { readonly table: SourceTable; readonly key: number }, signal: AbortSignal): Promise<SourceRowState>;
}

export const AdsDatabaseResource = resource<AdsDatabase>()("adsDatabase", {
  owner: "ads-data",
  purpose: "rows of the ads database by table and key, as they are now",
  methods: ["row"] satisfies (keyof AdsDatabase)[],
});

/** What operators order. A policy is a value: a change of it is a new version. */
export interface GatewayPolicy {
  readonly version: string;
  /**
   * Content whose source changed before this instant (ms since 1970) is dropped; null drops nothing. An instant and no age: runs
   * know no wall clock, and a backlog is cleared up to a point.
   */
  readonly dropContentBeforeMs: number | null;
  /** `entity.group` → the lane its updates take instead of their class's. Control data never takes the medium lane. */
  readonly lanes: Readonly<Record<string, Lane>>;
}

export const GatewayPolicyResource = resource<GatewayPolicy>()("gatewayPolicy", {
  owner: "ads-data",
  purpose: "which updates are dropped as stale on command, and which lanes groups take",
});
