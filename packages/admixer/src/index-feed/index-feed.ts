/**
 * The index as the pipeline fills it: a published base, the deltas after it, and the short cut for budgets and pauses. Owns their
 * followers, the log and the bases; requests only ever see the index.
 */
import type { AdIndexHost, IndexBase, IndexStatus } from "@tenon/ad-index";
import type { EventLog } from "@tenon/event-log/api";
import { offsetAt } from "@tenon/event-log/api";
import { GraphError, type HostClock } from "@tenon/graph-core";
import { settledWithin } from "../host/in-time.ts";
import { RunningRequests } from "../host/running-requests.ts";
import type { BudgetTable } from "../resources/budget-table.ts";
import { BaseWatch, type BaseWatchParts, type ServedBase } from "./base-watch.ts";
import { CONTROL_KEPT_MS, ControlFeed } from "./control-feed.ts";
import { type AdFreshness, DeltaFeed } from "./delta-feed.ts";
import { FRESHNESS_CLASSES, Freshness, type FreshnessClass, type FreshnessReport } from "./freshness.ts";
import { learnBudgets } from "./learn-budgets.ts";
import type { LogFollower } from "./log-follower.ts";
import { type Rejection, Rejections } from "./rejections.ts";

/** Longest time in which a start catches up with the log before it serves what it has, ms. */
const CATCH_UP_MAX_MS = 10_000;
/** Longest wait of a stop for requests that hold a base, ms. */
const CLOSE_MAX_MS = 2_000;

export interface IndexFeedParts
  extends Pick<BaseWatchParts, "store" | "cacheFolder" | "index" | "embeddingVersion" | "clock" | "pollMs"> {
  readonly log: EventLog;
  readonly shard: number;
  readonly budgets: BudgetTable;
  /** What to do while nothing is published. `empty`: serve what the deltas bring, from the beginning of the log. */
  readonly withoutBase: "wait" | "empty";
  /** A base is served: whatever is derived from all of its ads is due. */
  readonly onBase: (base: IndexBase) => void;
  readonly onTrouble: (message: string, error: unknown) => void;
}

export interface FollowerStatus {
  readonly nextOffset: number;
  readonly lagRecords: number;
  readonly live: boolean;
  readonly problem: string | null;
}

export interface IndexFeedStatus {
  /** `waitingForBase`: nothing is published, and no request is admitted. */
  readonly state: "waitingForBase" | "catchingUp" | "live" | "behind";
  readonly serving: IndexStatus["serving"];
  readonly index: Pick<IndexStatus, "version" | "position" | "changedAds" | "compactionDue" | "segments">;
  readonly base: (ServedBase & { readonly ageMs: number }) | null;
  readonly baseProblem: string | null;
  readonly deltas: FollowerStatus & DeltaFeed["totals"];
  readonly control: FollowerStatus & ControlFeed["totals"] & { readonly blockedCampaigns: number };
  readonly freshness: Readonly<Record<FreshnessClass, FreshnessReport>>;
  /** Share of the ads this host was told of that it serves as told. */
  readonly coverage: number;
  readonly rejections: { readonly count: number; readonly latest: readonly Rejection[] };
}

export class IndexFeed {
  readonly index: AdIndexHost;
  /** Every request enters here: bases are closed when nobody can hold them. */
  readonly requests = new RunningRequests();
  readonly deltas: DeltaFeed;
  readonly control: ControlFeed;
  readonly bases: BaseWatch;
  readonly freshness: Readonly<Record<FreshnessClass, Freshness>>;
  readonly rejections: Rejections;
  /** Milliseconds of the parts of the start. */
  readonly startMs: Record<string, number> = {};
  readonly #parts: IndexFeedParts;
  readonly #clock: HostClock;
  #holdsAds = Promise.withResolvers<void>();
  #servable = false;

  constructor(parts: IndexFeedParts) {
    const { index, clock, onTrouble } = parts;
    this.#parts = parts;
    this.#clock = clock;
    this.index = index;
    this.freshness = { control: new Freshness(clock.nowMs), content: new Freshness(clock.nowMs) };
    this.rejections = new Rejections(clock.nowMs, onTrouble);
    const own = { ...parts, rejections: this.rejections };
    this.deltas = new DeltaFeed({ ...own, freshness: this.freshness });
    this.control = new ControlFeed({ ...own, freshness: this.freshness.control });
    this.bases = new BaseWatch({
      ...parts,
      requests: this.requests,
      historyFrom: (offset) => this.deltas.historyFrom(offset),
      onServed: (base, opened) => this.#baseServed(base, opened),
    });
  }

  /** Whether requests may be admitted: there is a base, or none is waited for. */
  get servable(): boolean {
    return this.#servable;
  }

  /** Settles when it is servable and has caught up, or has had time to. */
  get ready(): Promise<void> {
    return this.#holdsAds.promise;
  }

  /**
   * Loads the published base and catches up with the log, at most for `CATCH_UP_MAX_MS`. Without a base it resolves at once, see
   * `withoutBase`.
   *
   * @throws GraphError what the object store, the base or the log fail with, where the cache holds no base to serve instead
   */
  async start(): Promise<void> {
    const { withoutBase } = this.#parts;
    await this.bases.look();
    if (this.bases.problem !== undefined && this.bases.served === undefined) throw this.bases.problem;
    if (this.bases.served === undefined && withoutBase === "empty") this.#follow(undefined);
    this.bases.start();
    if (this.deltas.follower.isRunning) await this.ready;
  }

  serveBaseOnly(on: boolean): IndexFeedStatus {
    this.index.serveBaseOnly(on);
    return this.status();
  }

  freshnessOf(adId: number): AdFreshness {
    return this.deltas.freshnessOf(adId);
  }

  status(): IndexFeedStatus {
    const { version, position, changedAds, compactionDue, segments, serving } = this.index.status();
    const { served, problem } = this.bases;
    return {
      state: this.#state(),
      serving,
      index: { version, position, changedAds, compactionDue, segments },
      base: served === undefined ? null : { ...served, ageMs: Math.max(0, this.#clock.nowMs() - served.builtAtMs) },
      baseProblem: problem?.message ?? null,
      deltas: { ...followerStatus(this.deltas.follower), ...this.deltas.totals },
      control: {
        ...followerStatus(this.control.follower),
        ...this.control.totals,
        blockedCampaigns: this.control.blockedCount,
      },
      freshness: this.freshnessReport(),
      coverage: this.coverage,
      rejections: { count: this.rejections.count, latest: this.rejections.latest() },
    };
  }

  freshnessReport(): Readonly<Record<FreshnessClass, FreshnessReport>> {
    const of = (name: FreshnessClass) => [name, this.freshness[name].report()] as const;
    return Object.fromEntries(FRESHNESS_CLASSES.map(of)) as Record<FreshnessClass, FreshnessReport>;
  }

  get coverage(): number {
    const { documentCount } = this.index.current().version;
    const { adCount } = this.rejections;
    return documentCount === 0 ? 0 : documentCount / (documentCount + adCount);
  }

  /** Ends the following, closes the bases when requests have ended, and the log. Ends whatever happens. */
  async stop(): Promise<void> {
    const { log, onTrouble } = this.#parts;
    const ended = Promise.all([this.deltas.follower.stop(), this.control.follower.stop(), this.bases.stop()]);
    const closed = ended.then(() => log.close());
    closed.catch((error: unknown) => onTrouble("the index feed closed badly", error));
    if (
      (await settledWithin(
        this.#clock,
        CLOSE_MAX_MS,
        closed.catch(() => undefined),
      )) === undefined
    )
      onTrouble("the index feed did not close", undefined);
  }

  #state(): IndexFeedStatus["state"] {
    if (!this.deltas.follower.isRunning) return "waitingForBase";
    const followers = [this.deltas.follower, this.control.follower];
    if (followers.some(({ problem }) => problem !== undefined)) return "behind";
    return followers.every(({ isLive }) => isLive) ? "live" : "catchingUp";
  }

  async #baseServed(base: ServedBase, opened: IndexBase): Promise<void> {
    this.#parts.onBase(opened);
    this.control.baseBuilt(base.builtAtMs);
    const startedMs = performance.now();
    await learnBudgets(this.index, this.#parts.budgets);
    Object.assign(this.startMs, this.bases.timings, { budgets: performance.now() - startedMs });
    if (this.deltas.follower.isRunning) this.deltas.baseServed(base.watermark);
    else this.#follow(base);
  }

  /** Begins to follow both topics, on a base or from nothing; ready when caught up. */
  #follow(base: ServedBase | undefined): void {
    const { log } = this.#parts;
    const { deltas, control } = this;
    // W1: the base holds the offsets below its watermark, and none from there on.
    deltas.follower.start(base?.watermark ?? (() => this.#earliest(deltas.follower)));
    control.follower.start(() =>
      base === undefined
        ? this.#earliest(control.follower)
        : offsetAt(log, control.follower.at, base.builtAtMs - CONTROL_KEPT_MS),
    );
    const startedMs = performance.now();
    const caughtUp = Promise.all([deltas.follower.caughtUp, control.follower.caughtUp]);
    void settledWithin(this.#clock, CATCH_UP_MAX_MS, caughtUp).then(() => {
      this.startMs.catchUp = performance.now() - startedMs;
      this.#servable = true;
      this.#holdsAds.resolve();
    });
  }

  async #earliest({ at }: LogFollower): Promise<number> {
    const offsets = await this.#parts.log.offsets(at.topic);
    return offsets.find(({ partition }) => partition === at.partition)?.earliest ?? 0;
  }
}

function followerStatus({ nextOffset, lagRecords, isLive, problem }: LogFollower): FollowerStatus {
  const said = problem instanceof GraphError ? problem.message : problem === undefined ? null : String(problem);
  return { nextOffset, lagRecords, live: isLive, problem: said };
}
