/** What the documents must be, from the advertisers' tables and the signals that were sent: nothing of the pipeline is asked. */
import { ADS_TABLES, type AdsTable, pages } from "@tenon/ads-database";
import type { ContentSignals } from "@tenon/nodes";
import type { Database } from "@tenon/postgres";
import type { z } from "zod";
import { expectedDocuments } from "../../../graphs/testing/expected-documents.ts";

export type ContentSignal = z.infer<typeof ContentSignals.schema>;

export function keyOfSignal(signal: ContentSignal): string {
  const key = "adId" in signal ? signal.adId : "creativeId" in signal ? signal.creativeId : signal.advertiserId;
  return `${signal.kind}:${key}`;
}

/** Signals by key, the newest of each. */
export class NewestSignals {
  readonly all = new Map<string, ContentSignal>();

  add(signal: ContentSignal): void {
    const key = keyOfSignal(signal);
    const known = this.all.get(key);
    if (known === undefined || known.version < signal.version) this.all.set(key, signal);
  }

  vectorOf(creativeId: number): readonly number[] | null {
    const signal = this.all.get(`embedding:${creativeId}`);
    return signal?.kind === "embedding" ? signal.vector : null;
  }
}

const NOBODY_LOOKED = { state: "unknown", httpStatus: null, loadMs: null, checkedAtMs: null } as const;
const NEVER_WAS = { version: 1, updatedAtMs: 0, row: null };

/** Documents by ad, without versions. */
export async function documentsOfSource(
  adsDatabase: Database,
  signals: NewestSignals,
): Promise<ReadonlyMap<number, object>> {
  const tables = new Map<AdsTable, Map<number, { version: number; updatedAtMs: number; row: object | null }>>();
  for (const table of ADS_TABLES) {
    const rows = new Map();
    for await (const page of pages(adsDatabase, table, { columns: true }))
      for (const row of page) rows.set(row.key, row);
    tables.set(table, rows);
  }
  return expectedDocuments({
    ads: {
      keys: (table) => [...(tables.get(table)?.keys() ?? [])],
      state: (table, key) => (tables.get(table)?.get(key) ?? NEVER_WAS) as never,
    },
    signals: signals.all,
    landing: () => NOBODY_LOOKED as never,
  });
}
