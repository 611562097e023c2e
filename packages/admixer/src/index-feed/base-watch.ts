/**
 * Serves from the base that the catalogue names: looks from time to time, brings a new one here, and swaps it in beside running
 * requests.
 *
 * W1 A base of watermark E holds the offsets below E of `index-deltas`, and none from E on: its builder asks for the end of the
 *    partition first and takes its snapshot afterwards. The first offset to apply on it is E.
 * W2 A base that cannot be used changes nothing: the served one stays, and the reason is kept until a look succeeds.
 * W3 A replaced base is closed when the last request that may hold it has ended.
 * W4 Going back replays the log from the older base's watermark, so that only what the newer base brought is gone.
 * W5 While the object store is away and nothing is served, the newest base of the cache is: older is better than nothing, and the
 *    status says so until a look succeeds.
 */
import {
  type AdIndexHost,
  type IndexBase,
  type IndexChanges,
  type OpenedBase,
  openBase,
  type SwapReport,
} from "@tenon/ad-index";
import { LmdbRecords } from "@tenon/ad-index/lmdb";
import {
  type BaseManifest,
  type CachedBase,
  type Catalogue,
  cachedBase,
  loadBase,
  type ObjectStore,
  readCatalogue,
} from "@tenon/ad-index/publish";
import { GraphError, type HostClock, pause } from "@tenon/graph-core";
import { hostError } from "../host/host-error.ts";
import type { RunningRequests } from "../host/running-requests.ts";
import { KeptCosts } from "./kept-costs.ts";

/** The store failed, or took too long. */
const STORE_AWAY = "TENON1443";
/** After a base that could not be used, looks at the same one come twice as seldom each time, up to this, ms. */
const RETRY_MS_MAX = 10 * 60_000;

export interface ServedBase {
  readonly name: string;
  readonly watermark: number;
  readonly builtAtMs: number;
  readonly documentCount: number;
  readonly servedSinceMs: number;
  /** How it came to be served here. */
  readonly by: "start" | "cache" | "swap" | "rollback";
}

export interface BaseWatchParts {
  readonly store: ObjectStore;
  readonly cacheFolder: string;
  readonly index: AdIndexHost;
  readonly requests: RunningRequests;
  /** The vector space of requests: a base of another one is refused. */
  readonly embeddingVersion: string;
  readonly clock: HostClock;
  readonly pollMs: number;
  /** Deltas from an offset up to now; rejects when the log no longer has them. */
  readonly historyFrom: (offset: number) => Promise<readonly IndexChanges[]>;
  /** Called in the turn in which requests begin to see the base. */
  readonly onServed: (base: ServedBase, opened: IndexBase) => Promise<void>;
  readonly onTrouble: (message: string, error: unknown) => void;
}

export class BaseWatch {
  readonly #parts: BaseWatchParts;
  readonly #stopped = new AbortController();
  #served: ServedBase | undefined;
  #opened: OpenedBase | undefined;
  #problem: GraphError | undefined;
  /** Looks that failed since one succeeded. */
  #failures = 0;
  #looking: Promise<void> | undefined;
  #running: Promise<void> | undefined;
  readonly #closing = new Set<Promise<void>>();
  /** Milliseconds of the parts of the last load. */
  readonly timings = { loadBase: 0, openBase: 0, swap: 0 };

  constructor(parts: BaseWatchParts) {
    this.#parts = parts;
  }

  get served(): ServedBase | undefined {
    return this.#served;
  }

  /** Why the base that the catalogue names is not served, while it is not. */
  get problem(): GraphError | undefined {
    return this.#problem;
  }

  /** Looks every `pollMs` from now on. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Looks now; a look that runs is waited for. Never rejects: see {@link problem}. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Ends looking, and closes the bases when the last request has ended. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
    await this.#looking;
    if (this.#opened !== undefined) this.#closeLater(this.#opened);
    this.#opened = undefined;
    await Promise.all(this.#closing);
  }

  async #run(): Promise<void> {
    const { clock, pollMs } = this.#parts;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await pause(clock, Math.max(pollMs, Math.min(RETRY_MS_MAX, pollMs * 2 ** this.#failures)), signal);
      if (!signal.aborted) await this.look();
    }
  }

  async #look(): Promise<void> {
    const { store, onTrouble } = this.#parts;
    try {
      const catalogue = await readCatalogue(store);
      if (catalogue.current !== null && catalogue.current !== this.#served?.name) await this.#serve(catalogue);
      this.#problem = undefined;
      this.#failures = 0;
    } catch (error) {
      const problem = asProblem(error);
      if (problem.message !== this.#problem?.message) onTrouble("the published base cannot be served", problem);
      this.#problem = problem;
      this.#failures = Math.min(this.#failures + 1, 16);
      if (problem.code === STORE_AWAY && this.#served === undefined) await this.#serveCached(problem);
    }
  }

  /** W5. A cache that holds none, or none that can be opened, changes nothing. */
  async #serveCached(problem: GraphError): Promise<void> {
    const { cacheFolder, onTrouble } = this.#parts;
    try {
      const startedMs = performance.now();
      const cached = await cachedBase(cacheFolder);
      if (cached === undefined) return;
      await this.#open({ ...cached, startedMs }, () => "cache");
      onTrouble(`the object store is away: base "${cached.manifest.name}" of the cache serves`, problem);
    } catch (error) {
      onTrouble("no base of the cache can be served", error);
    }
  }

  async #serve({ history, current }: Catalogue): Promise<void> {
    const { store, cacheFolder } = this.#parts;
    const startedMs = performance.now();
    const loaded = await loadBase(store, cacheFolder, { base: current as string });
    await this.#open({ ...loaded, startedMs }, (base) => {
      if (this.#served === undefined) return "start";
      return this.#goesBack(base, history[0]?.by) ? "rollback" : "swap";
    });
  }

  async #open(
    { folder, manifest, startedMs }: CachedBase & { readonly startedMs: number },
    how: (base: IndexBase) => ServedBase["by"],
  ): Promise<void> {
    const { cacheFolder, clock, embeddingVersion, onTrouble } = this.#parts;
    const loadedMs = performance.now();
    if (manifest.embeddingVersion !== embeddingVersion) throw foreignSpace(manifest, embeddingVersion);
    const costs = new KeptCosts(cacheFolder, clock);
    const search = this.#opened?.search ?? (await costs.read());
    const opened = await openBase(folder, (options) => new LmdbRecords(options), { embeddingVersion, search });
    await costs.keep(opened.search).catch((error: unknown) => onTrouble("costs of scans cannot be kept", error));
    const openedMs = performance.now();
    const by = how(opened);
    const isRollback = by === "rollback";
    try {
      await (isRollback ? this.#rollBack(opened) : this.#parts.index.swapBase(opened));
    } catch (error) {
      await opened.close();
      throw error;
    }
    const replaced = this.#opened;
    const { name, watermark, documentCount } = opened;
    const servedSinceMs = clock.nowMs();
    this.#opened = opened;
    this.#served = { name, watermark, documentCount, builtAtMs: manifest.builtAtMs, servedSinceMs, by };
    if (replaced !== undefined) this.#closeLater(replaced);
    Object.assign(this.timings, {
      loadBase: loadedMs - startedMs,
      openBase: openedMs - loadedMs,
      swap: performance.now() - openedMs,
    });
    await this.#parts.onServed(this.#served, opened);
  }

  /** The catalogue went back, or names a base older than the changes that the index still holds. */
  #goesBack({ watermark }: IndexBase, lastSwap: Catalogue["history"][number]["by"] | undefined): boolean {
    return lastSwap === "rollback" || watermark < (this.#served?.watermark ?? 0);
  }

  async #rollBack(base: OpenedBase): Promise<SwapReport> {
    const { historyFrom, index } = this.#parts;
    try {
      return await index.rollBack(base, await historyFrom(base.watermark));
    } catch (cause) {
      throw hostError("historyGone", {
        message: `base "${base.name}" cannot be gone back to: the deltas after it cannot be replayed`,
        detail: `its watermark is ${base.watermark}: ${(cause as Error).message}`,
        hint: "the served base stays; publish a new base instead, or keep index-deltas as long as `tenon index list` says",
        cause,
      });
    }
  }

  #closeLater(base: OpenedBase): void {
    const closing = this.#parts.requests
      .allEnded()
      .then(() => base.close())
      .catch((error: unknown) => this.#parts.onTrouble(`base "${base.name}" closed badly`, error))
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

function asProblem(error: unknown): GraphError {
  if (error instanceof GraphError) return error;
  return hostError("baseRefused", {
    message: `the published base cannot be served: ${(error as Error).message}`,
    hint: "look at the object store and the cache folder; the served base stays",
    cause: error,
  });
}

function foreignSpace({ name, embeddingVersion }: BaseManifest, expected: string): GraphError {
  return hostError("baseRefused", {
    message: `base "${name}" is of embedding "${embeddingVersion}", requests are embedded as "${expected}"`,
    detail: `expected embedding version "${expected}", found "${embeddingVersion}"`,
    hint: "the served base stays; roll out the embedding of requests together with the base",
  });
}
