/** Facts of a document that is up to date, for tests to plant a fault in. */
import type { DocumentFacts } from "@tenon/indexer/operate";

export function freshFacts(): DocumentFacts {
  const changedAtMs = 1_000;
  return {
    adId: 7,
    atMs: 2_000,
    askedSource: true,
    row: undefined,
    sources: [
      {
        ...{ entity: "ad", group: "settings", owner: "ads-data", class: "control", key: 7, source: "ads" },
        inSource: { version: 5, updatedAtMs: changedAtMs, gone: false },
        inRepo: { version: 5, sourceAtMs: changedAtMs, writtenAtMs: changedAtMs + 100 },
        ...{ change: undefined, update: undefined, rejected: undefined, dropped: undefined },
      },
    ],
    changeLog: { slot: "tenon_gateway", behindBytes: 0, lost: false },
    ...{ parked: [], outbox: [], work: [], feeds: [] },
    groups: [
      {
        group: "offer",
        owner: "ads-auction",
        class: "control",
        handler: "ad-offer",
        version: 5,
        sourceAtMs: changedAtMs,
        writtenAtMs: changedAtMs + 180,
      },
    ],
    servable: { isServable: true, missing: [], version: 5, sourceAtMs: changedAtMs, writtenAtMs: changedAtMs + 220 },
    delta: { offset: 3, kind: "upsert", version: 5, publishedAtMs: changedAtMs + 300 },
    deltas: { earliest: 0, end: 4 },
    base: undefined,
    refusal: undefined,
    hosts: [{ url: "h", version: 5, appliedAtMs: changedAtMs + 500, offset: 3, problem: undefined }],
  };
}
