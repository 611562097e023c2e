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

/** Between looks for work that other processes have added; our own pump rings. */
const IDLE_MS = 100;

/** The runs of one lane, so many at once: a free place takes what waits at once, whatever the others wait for. */
export class LaneRuns<Joined> {
  readonly #options: LaneRunsOptions<Joined>;
  readonly #bell: Bell;
  readonly #out = new Set<Promise<void>>();

  constructor(options: LaneRunsOptions<Joined>) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
  }

  /** There may be work. */
  ring(): void {
    this.#bell.ring();
  }

  /** Fills the free places, then waits for work or for places. */
  async step(signal: AbortSignal): Promise<void> {
    const { store, handlers, lane, placesMax, itemsPerPlace, leaseMs } = this.#options;
    const itemsMax = Math.max(0, placesMax - this.#out.size) * itemsPerPlace;
    const wanted = handlers();
    if (itemsMax > 0 && wanted.length > 0) {
      const items = await store.claim({ handlers: wanted, lane, itemsMax, leaseMs });
      for (let at = 0; at < items.length; at += itemsPerPlace) this.#start(items.slice(at, at + itemsPerPlace));
    }
    await this.#bell.wait(IDLE_MS, signal);
  }

  /** Resolves when the runs that are out have ended. */
  async drained(): Promise<void> {
    await Promise.all(this.#out);
  }

  #start(items: readonly ClaimedWork[]): void {
    const { run, onTrouble, placesMax } = this.#options;
    const running = run(items)
      .catch(onTrouble)
      .finally(() => {
        this.#out.delete(running);
        // Half of the places at once: a claim for each would cost more than it gains.
        if (this.#out.size <= placesMax / 2) this.ring();
      });
    this.#out.add(running);
  }
}
