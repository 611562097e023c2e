/**
 * An index over a base and its changes.
 *
 * E3 A snapshot never changes; a change makes a new one and swaps one reference.
 * E4 A swap of the base is prepared beside the served state, in slices between requests, and loses no change: those in the log
 *    are replayed, those that arrive meanwhile too, and the last of them in the same turn in which the reference is swapped.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { IdColumn } from "@tenon/graph-core";
import type { IndexVersion } from "../api.ts";
import { hasBit } from "../bits/bitset.ts";
import { baseOfAnotherIndex, baseTooOld, swapRunning } from "../errors.ts";
import type {
  AdIndexHost,
  CampaignBlocks,
  ChangeReport,
  IndexBase,
  IndexChanges,
  IndexStatus,
  RejectedDocument,
  SwapReport,
} from "../host.ts";
import { SegmentBase } from "./base.ts";
import { ChangeLog, COMPACTION_DUE_ADS } from "./change-log.ts";
import { type Change, newestChanges } from "./changes.ts";
import { buildApart } from "./compact/build-apart.ts";
import { HeldDocuments } from "./held-documents.ts";
import { IndexSnapshot, type SearchTools } from "./index-snapshot.ts";
import type { BlockReasons } from "./segment.ts";
import { SegmentView } from "./segment-view.ts";

/** Changes replayed between two turns of the event loop: a few milliseconds of work. */
const REPLAY_SLICE = 250;

/** What a swap leaves of the log, and what it replays at first. */
interface Swap {
  readonly base: SegmentBase;
  readonly replay: Iterable<readonly Change[]>;
  /** Order of the log from which on changes follow those. */
  readonly since: number;
  readonly trimLog: () => void;
}

export class SegmentIndex implements AdIndexHost {
  private readonly tools: SearchTools;
  private held: HeldDocuments;
  private log: ChangeLog;
  private snapshot: IndexSnapshot;
  private blocks: BlockReasons = new Map();
  private blocksVersion = 0;
  /** Grows with every batch; makes versions of one base distinct. */
  private revision = 0;
  private changedSinceBase = false;
  private baseOnly = false;
  private swapping = false;

  constructor(base: IndexBase, tools: SearchTools) {
    this.tools = tools;
    this.held = new HeldDocuments(requireSegments(base), this.blocks);
    this.log = new ChangeLog(base.watermark);
    this.snapshot = this.newSnapshot();
  }

  current(): IndexSnapshot {
    return this.snapshot;
  }

  apply({ upserts = [], deletes = [], position }: IndexChanges): ChangeReport {
    const { newest, stale } = newestChanges(upserts, deletes);
    this.log.requireRoom(newest);
    const absorbed = this.held.absorb(newest);
    this.log.add(absorbed.applied, position);
    if (absorbed.applied.length > 0) {
      this.noteChange();
      if (!this.baseOnly) this.snapshot = this.newSnapshot();
    }
    return {
      version: this.snapshot.version,
      appliedCount: absorbed.applied.length,
      stale: [...stale, ...absorbed.stale],
      rejected: absorbed.rejected,
    };
  }

  blockCampaigns({ version, blocked }: CampaignBlocks): IndexVersion {
    if (version <= this.blocksVersion) return this.snapshot.version;
    this.blocks = new Map(blocked.map(({ campaignId, reason }) => [campaignId, reason]));
    this.blocksVersion = version;
    this.held.block(this.blocks);
    return this.publish();
  }

  compact(name?: string): Promise<IndexVersion> {
    return this.alone(name ?? "compacted", async () => {
      const { order, position: watermark } = this.log;
      const { embeddings, layout: vectors } = this.held.base;
      const deletions = this.held.deletions();
      const ads = await this.held.liveAds(nextTurn);
      const named = name !== undefined && { name };
      const { version } = await this.swap({
        base: await buildApart(ads, { embeddings, watermark, deletions, vectors, ...named }),
        replay: [],
        since: order,
        trimLog: () => this.log.dropUpToOrder(order, watermark),
      });
      return version;
    });
  }

  swapBase(base: IndexBase): Promise<SwapReport> {
    return this.alone(base.name, () => {
      const next = requireSegments(base);
      const { watermark } = next;
      if (watermark < this.log.floor) throw baseTooOld(next.name, watermark, this.log.floor);
      return this.swap({
        base: next,
        // Deletions first: one that the log has already dropped still keeps out a late upsert that is older.
        replay: [this.held.deletions(), this.log.after(watermark)],
        since: this.log.order,
        trimLog: () => this.log.dropUpTo(watermark),
      });
    });
  }

  rollBack(base: IndexBase, changes: Iterable<IndexChanges>): Promise<SwapReport> {
    return this.alone(base.name, () => {
      const next = requireSegments(base);
      const older = new ChangeLog(next.watermark);
      const replay = [...changes].map(({ upserts = [], deletes = [], position }) => {
        const { newest } = newestChanges(upserts, deletes);
        older.requireRoom(newest);
        older.add(newest, position);
        return newest;
      });
      const kept = this.log;
      return this.swap({
        base: next,
        replay: [...replay, kept.after(older.position)],
        since: kept.order,
        trimLog: () => {
          older.add(kept.after(older.position), kept.position);
          this.log = older;
        },
      });
    });
  }

  serveBaseOnly(on: boolean): IndexVersion {
    this.baseOnly = on;
    return this.publish();
  }

  status(): IndexStatus {
    return {
      version: this.snapshot.version,
      base: this.held.base,
      serving: this.snapshot.version.serving,
      position: this.log.position,
      changedAds: this.log.size,
      compactionDue: this.log.size >= COMPACTION_DUE_ADS,
      deltaRows: this.held.deltaRows,
      segments: this.held.views.length,
    };
  }

  heldAds(): IdColumn {
    return IdColumn.from(this.snapshot.state.views.flatMap(liveIds));
  }

  /** Two that replace the state would each lose the changes of the other. */
  private async alone<Result>(base: string, work: () => Promise<Result>): Promise<Result> {
    if (this.swapping) throw swapRunning(base);
    this.swapping = true;
    try {
      return await work();
    } finally {
      this.swapping = false;
    }
  }

  private async swap({ base, replay, since, trimLog }: Swap): Promise<SwapReport> {
    const rejected: RejectedDocument[] = [];
    const held = new HeldDocuments(base, this.blocks);
    let replayedCount = 0;
    const absorb = (changes: readonly Change[]) => {
      const absorbed = held.absorb(changes);
      replayedCount += absorbed.applied.length;
      rejected.push(...absorbed.rejected);
    };
    await nextTurn();
    for (const changes of replay) {
      for (let from = 0; from < changes.length; from += REPLAY_SLICE) {
        absorb(changes.slice(from, from + REPLAY_SLICE));
        await nextTurn();
      }
    }
    let order = since;
    for (let late = this.log.since(order); late.length > REPLAY_SLICE; late = this.log.since(order)) {
      ({ order } = this.log);
      absorb(late);
      await nextTurn();
    }
    absorb(this.log.since(order));
    held.block(this.blocks);
    trimLog();
    this.held = held;
    this.changedSinceBase = false;
    if (replayedCount > 0) this.noteChange();
    return { version: this.publish(), replayedCount, rejected };
  }

  private noteChange(): void {
    this.revision++;
    this.changedSinceBase = true;
  }

  private publish(): IndexVersion {
    this.snapshot = this.newSnapshot();
    return this.snapshot.version;
  }

  private newSnapshot(): IndexSnapshot {
    const { base } = this.held;
    const views = this.baseOnly ? [SegmentView.of(base.segment, this.blocks)] : this.held.views;
    const version = Object.freeze({
      base: base.name,
      serving: this.baseOnly ? "baseOnly" : "live",
      delta: this.baseOnly || !this.changedSinceBase ? 0 : this.revision,
      eligibility: this.blocksVersion,
      embeddingVersion: base.embeddingVersion,
      documentCount: views.reduce((sum, { liveCount }) => sum + liveCount, 0),
    });
    const { codebooks, records, embeddings } = base;
    return new IndexSnapshot({ version, views, codebooks, records, dimensions: embeddings.dimensions }, this.tools);
  }
}

function liveIds({ segment, live }: SegmentView): readonly number[] {
  return Array.from(segment.ids).filter((_, row) => hasBit(live, row));
}

function requireSegments(base: IndexBase): SegmentBase {
  if (base instanceof SegmentBase) return base;
  throw baseOfAnotherIndex(base.name);
}
