/** What the gateway reads besides its messages. */
import { resource } from "@tenon/graph-core";
import type { Lane } from "@tenon/storage-repo/api";
import type { Json } from "../indexing/json.ts";
import type { SourceTable } from "../indexing/topics.ts";

/** A row as it is now; `columns` by the table's own names, without its key, `row_version` and `updated_at_ms`. */
export interface FoundRow {
  readonly isFound: true;
  /** `row_version`. */
  readonly rowVersion: number;
  readonly updatedAtMs: number;
  /** int8 as a number, jsonb as its value. */
  readonly columns: Readonly<Record<string, Json>>;
}

export interface MissingRow {
  readonly isFound: false;
  /** Last value of the sequence of row versions, read after the row was found missing. */
  readonly lastRowVersion: number;
}

export interface AdsDatabase {
  /** The committed state of a row. Rejects when the database cannot be asked, and with the signal's reason once it is aborted. */
  row(at: { readonly table: SourceTable; readonly key: number }, signal: AbortSignal): Promise<FoundRow | MissingRow>;
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
