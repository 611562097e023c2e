import type { HostClock } from "@tenon/graph-core";
import type { Lane } from "../task/lane.ts";
import { Bell } from "./bell.ts";
import type { ClaimedWork, WorkStore } from "./work-store.ts";

export interface LaneRunsOptions<Joined> {
  readonly lane: Lane;
  readonly store: Pick<WorkStore<Joined>, "claim">;
  /** Handlers that may run now. */
  readonly handlers: () => readonly string[];
  /** Items of a place: as many are claimed for each free one. */
  readonly itemsPerPlace: number;
  /** Places: groups of items that are worked on at once. */
  readonly placesMax: number;
  readonly leaseMs: number;
  readonly clock: HostClock;
  readonly run: (items: readonly ClaimedWork[]) => Promise<void>;
  readonly onTrouble: (error: Error) => void;
}

/** Whoever adds work, or finds some, rings: between looks without a ring, to be safe. */
const IDLE_MS = 2_000;

/** The runs of one lane, so many at once: a free place takes what waits at once, whatever the others wait for. */
export class LaneRuns<Joined> {
  readonly #options: LaneRunsOptions<Joined>;
  readonly #bell: Bell;
  readonly #out = new Set<Promise<void>>();
  /** When a place is free again there may be something for it. */
  #mayBeMore = false;

  constructor(options: LaneRunsOptions<Joined>) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
  }

  /** There may be work. */
  ring(): void {
    // What was added for keys that are worked on can be claimed when they are done.
    this.#mayBeMore = this.#out.size > 0;
    this.#bell.ring();
  }

  /** Fills the free places, then waits for work or for places. */
  async step(signal: AbortSignal): Promise<void> {
    const { store, handlers, lane, placesMax, itemsPerPlace, leaseMs } = this.#options;
    const itemsMax = Math.max(0, placesMax - this.#out.size) * itemsPerPlace;
    const wanted = handlers();
    if (itemsMax > 0 && wanted.length > 0) {
      const items = await store.claim({ handlers: wanted, lane, itemsMax, leaseMs });
      this.#mayBeMore ||= items.length === itemsMax;
      for (let at = 0; at < items.length; at += itemsPerPlace) this.#start(items.slice(at, at + itemsPerPlace));
    }
    await this.#bell.wait(IDLE_MS, signal);
  }

  /** Resolves when the runs that are out have ended. */
  async drained(): Promise<void> {
    await Promise.all(this.#out);
  }

  #start(items: readonly ClaimedWork[]): void {
    const { run, onTrouble } = this.#options;
    const running = run(items)
      .catch(onTrouble)
      .finally(() => {
        this.#out.delete(running);
        if (this.#mayBeMore) this.ring();
      });
    this.#out.add(running);
  }
}
