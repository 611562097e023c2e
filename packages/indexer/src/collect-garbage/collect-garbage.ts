/**
 * Deletes documents of ads that have long been archived or gone, tells serving, and removes tombstones that nothing can need.
 *
 * G1 A delete's number is taken between claims, before the snapshot that says the ad is inactive. So what brings an ad back is
 *    either in the snapshot, and its document stays, or wakes a run with a higher number, whose restore is newer than the delete.
 * G2 The delete and the message to serving are one commit.
 * G3 The tombstone of a document stays while its ad is there: handlers write into it, and when the ad comes back, the whole document
 *    does. The row of an ad that is gone too holds nothing that anybody could bring back: an ad that is inserted again is
 *    derived from the beginning.
 */
import { type HostClock, systemClock } from "@tenon/graph-core";
import {
  AdDocumentRow,
  AdRow,
  EntityUpdatesHigh,
  EntityUpdatesLow,
  EntityUpdatesMedium,
  IndexDeltas,
  SOURCE_ENTITIES,
} from "@tenon/nodes";
import type { Database } from "@tenon/postgres";
import { collectTombstones, type PostgresRepo } from "@tenon/storage-repo";
import { versionOf } from "@tenon/storage-repo/api";
import type { Handler, PostgresWorkStore } from "@tenon/stream-runtime";
import { indexerError } from "../indexer-error.ts";
import type { JsonRecord, RunContext, Workflow } from "../workflows/workflow.ts";
import { type InactiveDocument, InactiveDocuments } from "./inactive-documents.ts";

export interface CollectGarbageOptions {
  readonly database: Database;
  readonly repo: PostgresRepo;
  readonly work: PostgresWorkStore;
  readonly handlers: readonly Handler[];
  /** Cron, UTC; null: by command only. Default daily at 4:50. */
  readonly schedule?: string | null;
  /** How long a document stays after its ad was archived or deleted, ms. Default 90 days. */
  readonly retentionMs?: number;
  /** How long a producer may repeat an old write, ms; tombstones stay for so long. Default 14 days. */
  readonly replayWindowMs?: number;
  /** Epoch of the handlers' versions. Default 0. */
  readonly epoch?: number;
  readonly documentsPerSlice?: number;
  readonly clock?: HostClock;
}

const SCHEDULE = "50 4 * * *";
const DAY_MS = 24 * 3_600_000;
const RETENTION_MS = 90 * DAY_MS;
const REPLAY_WINDOW_MS = 14 * DAY_MS;
const DOCUMENTS_PER_SLICE = 500;
const ATTEMPTS_MAX = 10;
/** What waits in a topic may be written when it is read: as old as the topic keeps it. */
const TOPIC_KEPT_MS = Math.max(
  ...[EntityUpdatesHigh, EntityUpdatesMedium, EntityUpdatesLow].map(({ retentionMs }) => retentionMs),
);

interface Progress {
  readonly after: number;
  readonly looked: number;
  readonly archived: number;
  readonly gone: number;
}

/** @throws GraphError TENON1658 for a retention or a replay window that would lose what can still come */
export function collectGarbageOfDocuments(options: CollectGarbageOptions): Workflow {
  const { schedule = SCHEDULE, retentionMs = RETENTION_MS, replayWindowMs = REPLAY_WINDOW_MS } = options;
  refuseShort("retentionMs", retentionMs, { least: 1, why: "a document goes some time after its ad" });
  refuseShort("replayWindowMs", replayWindowMs, { least: TOPIC_KEPT_MS, why: "topics keep updates for so long" });
  return {
    name: "collect-garbage",
    owner: "ads-data",
    purpose: "deletes documents of ads that have long been archived or gone, and tombstones that nothing can need",
    schedule,
    options: {},
    run: (context) => new Collection({ ...options, retentionMs, replayWindowMs }, context).run(),
  };
}

function refuseShort(
  name: string,
  found: number,
  { least, why }: { readonly least: number; readonly why: string },
): void {
  if (found >= least) return;
  throw indexerError("wrongRetention", `setting "${name}" of workflow "collect-garbage" is too short`, {
    detail: `expected at least ${least} ms: ${why}; found ${found} ms`,
    hint: "what is removed too early comes back with the next repeated write",
  });
}

class Collection {
  readonly #options: CollectGarbageOptions & { readonly retentionMs: number; readonly replayWindowMs: number };
  readonly #context: RunContext;
  readonly #documents: InactiveDocuments;
  #progress: Progress;

  constructor(
    options: CollectGarbageOptions & { readonly retentionMs: number; readonly replayWindowMs: number },
    context: RunContext,
  ) {
    this.#options = options;
    this.#context = context;
    this.#documents = new InactiveDocuments(options.repo, options.handlers);
    const saved = context.saved as unknown as Progress | undefined;
    this.#progress = saved ?? { after: 0, looked: 0, archived: 0, gone: 0 };
  }

  async run(): Promise<JsonRecord> {
    const { documentsPerSlice: rowsMax = DOCUMENTS_PER_SLICE } = this.#options;
    for (;;) {
      this.#context.signal.throwIfAborted();
      const { inactive, looked, last } = await this.#slice(rowsMax);
      const count = (kind: InactiveDocument["kind"]) => inactive.filter((each) => each.kind === kind).length;
      const { after, looked: before, archived, gone } = this.#progress;
      this.#progress = {
        ...{ after: last ?? after, looked: before + looked },
        ...{ archived: archived + count("archived"), gone: gone + count("gone") },
      };
      if (looked < rowsMax) break;
      await this.#context.step({ done: this.#progress.looked, saved: this.#progress as unknown as JsonRecord });
    }
    const { looked, archived, gone } = this.#progress;
    return { looked, archived, gone, tombstones: await this.#tombstones() };
  }

  /** One transaction; a conflict with a run of a handler begins it again, with a number and a snapshot of its own (G1). */
  #slice(rowsMax: number) {
    const { database, repo, work, handlers, epoch = 0, retentionMs, clock = systemClock } = this.#options;
    return database.transaction(
      async (tx) => {
        const version = versionOf(epoch, Number(await work.betweenClaims()));
        const beforeMs = clock.nowMs() - retentionMs;
        const page = await this.#documents.page(tx, { after: this.#progress.after, rowsMax, beforeMs });
        const names = handlers.map(({ name }) => name);
        const open = await work.open(tx, { handlers: names, keys: page.inactive.map(({ key }) => key) });
        // Somebody is at it: the next collection looks again.
        const busy = new Set(open.filter(({ waits }) => waits).map(({ key }) => key));
        const inactive = page.inactive.filter(({ key }) => !busy.has(key));
        if (inactive.length > 0) {
          const deletes = inactive.map(({ key }) => ({ key, version }));
          await repo.write(tx, { [AdDocumentRow.name]: { deletes } }, { lane: "low" });
          await work.sinks.add(tx, this.#messages(inactive, version));
          // Whoever publishes would be woken by the deletes, and tell them again.
          const [publisher] = handlers.filter(publishes).map(({ name }) => name);
          if (publisher !== undefined) await work.sign(tx, { handler: publisher, rounds: 0, handedOn: [publisher] });
        }
        return { ...page, inactive };
      },
      { isolation: "repeatableRead", attemptsMax: ATTEMPTS_MAX },
    );
  }

  /** Of ads that are gone, serving was told when they went. */
  #messages(inactive: readonly InactiveDocument[], version: bigint) {
    const timeMs = (this.#options.clock ?? systemClock).nowMs();
    return inactive
      .filter(({ isServed }) => isServed)
      .map(({ key: adId, sourceAtMs }) =>
        IndexDeltas.record({
          ...{ key: String(adId), timeMs },
          value: { kind: "delete", adId, version: Number(version), sourceAtMs, class: "control" },
          headers: { "tenon-id": `collect-garbage/${adId}/${version}` },
        }),
      );
  }

  /** Rows removed, by entity. An ad's tombstone tells how long its document has been of no use, so it stays for as long. */
  async #tombstones(): Promise<JsonRecord> {
    const { database, retentionMs, replayWindowMs } = this.#options;
    const removed: Record<string, number> = {};
    const documents = { unlessLive: AdRow };
    removed[AdDocumentRow.name] = await collectTombstones(database, AdDocumentRow, replayWindowMs, documents);
    for (const entity of SOURCE_ENTITIES) {
      this.#context.signal.throwIfAborted();
      const keptMs = entity === AdRow ? Math.max(replayWindowMs, retentionMs) : replayWindowMs;
      removed[entity.name] = await collectTombstones(database, entity, keptMs);
    }
    return removed;
  }
}

function publishes({ sinks }: Handler): boolean {
  return Object.values(sinks).some(({ name }) => name === IndexDeltas.name);
}
