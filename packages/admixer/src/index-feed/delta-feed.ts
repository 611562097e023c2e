/** Follows `index-deltas` into the index, and knows of every ad changed since the base how fresh it is. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type IndexChanges, ROW_FOUND } from "@tenon/ad-index";
import type { LogRecord, TopicPartition } from "@tenon/event-log/api";
import { type GraphError, IdColumn } from "@tenon/graph-core";
import { IndexDeltas } from "@tenon/nodes";
import { hostError } from "../host/host-error.ts";
import { capsOf } from "../resources/budget-table.ts";
import { changesOf, type Delta, type DeltaBatch, readDeltas } from "./delta-batch.ts";
import { Feed, type FeedParts } from "./feed.ts";
import type { Freshness, FreshnessClass } from "./freshness.ts";
import { LatestEntries } from "./latest-entries.ts";

/** Ads whose latest change is remembered for {@link DeltaFeed.freshnessOf}; the ones changed longest ago go first. */
const REMEMBERED_ADS_MAX = 250_000;
/** Records of one read while history is replayed. */
const REPLAY_RECORDS_MAX = 2_000;
const REPLAY_BYTES_MAX = 8 * 2 ** 20;
/** A record that the log has is there within this time, ms. */
const REPLAY_WAIT_MS = 10_000;
/** Changes replayed as one batch. */
const REPLAY_BATCH_MAX = 250;

export interface AdFreshness {
  readonly adId: number;
  /** Version of the document that requests see; null when the ad is not held. */
  readonly version: number | null;
  /** Newest source change in that document, ms since the epoch. */
  readonly sourceAtMs: number | null;
  /** When a delta brought it; null when it came with the base. */
  readonly appliedAtMs: number | null;
  readonly offset: number | null;
}

type Applied = Pick<Delta, "version" | "offset"> & { readonly appliedAtMs: number };

export interface DeltaFeedParts extends FeedParts {
  readonly shard: number;
  readonly freshness: Readonly<Record<FreshnessClass, Freshness>>;
}

export class DeltaFeed extends Feed {
  readonly #parts: DeltaFeedParts;
  /** By ad, in the order in which they were applied. */
  readonly #applied = new LatestEntries<number, Applied>(REMEMBERED_ADS_MAX);

  constructor(parts: DeltaFeedParts) {
    super(parts, { topic: IndexDeltas.name, partition: parts.shard });
    this.#parts = parts;
  }

  /** What requests see of an ad now. */
  freshnessOf(adId: number): AdFreshness {
    const columns = ["documentVersion", "updatedAtMs"] as const;
    const { status, columns: found } = this.#parts.index
      .current()
      .forwardColumns({ ids: IdColumn.from([adId]), columns });
    if (status.at(0) !== ROW_FOUND) return { adId, version: null, sourceAtMs: null, appliedAtMs: null, offset: null };
    const version = found.documentVersion.at(0);
    const applied = this.#applied.get(adId);
    // While the base alone is served, what was applied is not what requests see.
    const isSeen = applied?.version === version;
    return {
      adId,
      version,
      sourceAtMs: found.updatedAtMs.at(0),
      appliedAtMs: isSeen ? applied.appliedAtMs : null,
      offset: isSeen ? applied.offset : null,
    };
  }

  /** A base that holds the offsets below its watermark is served: what came with it came with no delta. */
  baseServed(watermark: number): void {
    for (const [adId, { offset }] of this.#applied) if (offset < watermark) this.#applied.delete(adId);
    this.follower.skipTo(watermark);
  }

  /**
   * The newest change of each ad from an offset up to where this feed stands when it settles, as batches with their positions.
   *
   * @throws GraphError TENON1555 when the log no longer has them
   */
  async historyFrom(fromOffset: number): Promise<readonly IndexChanges[]> {
    const { log } = this.#parts;
    const reader = await log.read({ ...this.follower.at, fromOffset });
    const newest = new Map<number, Delta>();
    try {
      for (let next = fromOffset; next < this.follower.nextOffset; ) {
        const bounds = { recordsMax: REPLAY_RECORDS_MAX, bytesMax: REPLAY_BYTES_MAX, waitMs: REPLAY_WAIT_MS };
        const records = await reader.pull(bounds);
        const last = records.at(-1);
        if (last === undefined) throw historySilent(this.follower.at, next);
        for (const delta of this.#read(records).deltas) {
          const known = newest.get(delta.adId);
          if (known === undefined || isNewer(delta, known)) newest.set(delta.adId, delta);
        }
        next = last.offset + 1;
        await nextTurn();
      }
    } finally {
      await reader.close();
    }
    const deltas = [...newest.values()].sort((left, right) => left.offset - right.offset);
    const batches: IndexChanges[] = [];
    for (let from = 0; from < deltas.length; from += REPLAY_BATCH_MAX) {
      const batch = deltas.slice(from, from + REPLAY_BATCH_MAX);
      batches.push(changesOf(batch, (batch.at(-1)?.offset ?? 0) + 1));
    }
    return [...batches, changesOf([], Math.max(fromOffset, this.follower.nextOffset))];
  }

  protected override take(records: readonly LogRecord[]): void {
    const { index, rejections } = this.#parts;
    const { deltas, rejected } = this.#read(records);
    const position = (records.at(-1)?.offset ?? 0) + 1;
    // Throws when too much has changed since the base: then nothing is applied or counted, and the records come again (F1).
    const report = index.apply(changesOf(deltas, position));
    for (const { record, adId, error } of rejected) rejections.add({ ...record, adId }, error);
    const problems = new Map<number, GraphError>(report.rejected.map(({ adId, problem }) => [adId, problem]));
    const staleCounts = countsOf(report.stale);
    for (const [adId, { delta, count }] of newestOf(deltas)) {
      const problem = problems.get(adId);
      if (problem !== undefined) rejections.add({ ...delta, topic: IndexDeltas.name }, problem);
      // The index calls the older ones of the batch stale, too.
      else if ((staleCounts.get(adId) ?? 0) < count) this.#seen(delta);
    }
    this.totals.applied += report.appliedCount;
    this.totals.stale += report.stale.length;
    this.totals.rejected += rejected.length + report.rejected.length;
  }

  #read(records: readonly LogRecord[]): DeltaBatch {
    return readDeltas(records, this.#parts.index.current().version.embeddingVersion);
  }

  /** Requests see it from now on. */
  #seen({ adId, version, offset, sourceAtMs, change, class: dataClass }: Delta): void {
    const { budgets, clock, freshness, rejections } = this.#parts;
    freshness[dataClass].applied(sourceAtMs, this.follower.isLive);
    rejections.mended(adId);
    if ("upsert" in change) {
      const { campaignId, budget } = change.upsert.document;
      budgets.setByDocument(campaignId, capsOf(budget), version);
    }
    this.#applied.set(adId, { version, offset, appliedAtMs: clock.nowMs() });
  }
}

/** The newest delta of each ad, and how many of the batch are of that ad. */
function newestOf(deltas: readonly Delta[]): ReadonlyMap<number, { delta: Delta; count: number }> {
  const newest = new Map<number, { delta: Delta; count: number }>();
  for (const delta of deltas) {
    const known = newest.get(delta.adId);
    if (known === undefined) newest.set(delta.adId, { delta, count: 1 });
    else {
      known.count++;
      if (isNewer(delta, known.delta)) known.delta = delta;
    }
  }
  return newest;
}

/** As the index decides: at equal versions a deletion wins, then the earlier. */
function isNewer(delta: Delta, known: Delta): boolean {
  if (delta.version !== known.version) return delta.version > known.version;
  return "delete" in delta.change && "upsert" in known.change;
}

function countsOf(ids: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function historySilent({ topic, partition }: TopicPartition, offset: number): GraphError {
  return hostError("historyGone", {
    message: `${topic}/${partition} gave no record at ${offset} within ${REPLAY_WAIT_MS / 1_000} s`,
    hint: "the served base stays; it is tried again, and the log's own health says why it is silent",
  });
}
