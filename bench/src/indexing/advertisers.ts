/** Edits at a steady rate, each with a value of its own that its documents will show. */
import { setTimeout as pause } from "node:timers/promises";
import { applyEdit, type EditChange } from "@tenon/ads-database";
import { SeededRandom } from "@tenon/event-log/simulation";
import type { Follower } from "./follower.ts";
import type { System } from "./system.ts";

/** Above every bid and every cap of the marketplace, micros. */
const FIRST_BID = 100_000_000;
const FIRST_CAP = 10_000_000_000_000;
/** One edit in so many is of a budget; the others are of bids, as in the day of the ads database. */
const EDITS_PER_BUDGET = 5;
const TICK_MS = 5;

interface Budget {
  readonly campaignId: number;
  readonly pacing: string;
}

export class Advertisers {
  readonly #system: System;
  readonly #follower: Follower;
  readonly #random = new SeededRandom(3);
  readonly #adsOf = new Map<number, number[]>();
  readonly #budgets: readonly Budget[];
  #count = 0;

  constructor(system: System, follower: Follower) {
    this.#system = system;
    this.#follower = follower;
    for (const { adId, adGroupId } of system.marketplace.ads) {
      const ads = this.#adsOf.get(adGroupId);
      if (ads === undefined) this.#adsOf.set(adGroupId, [adId]);
      else ads.push(adId);
    }
    this.#budgets = system.marketplace.campaigns.map(({ campaignId, budget }) => ({
      campaignId,
      pacing: budget.pacing,
    }));
  }

  /** Resolves with how many were made in a second. What the database does not take in time is not made up for. */
  async edit({ perSecond, seconds }: { readonly perSecond: number; readonly seconds: number }): Promise<number> {
    const startedMs = performance.now();
    const out = new Set<Promise<void>>();
    let made = 0;
    for (;;) {
      const passedMs = performance.now() - startedMs;
      if (passedMs >= seconds * 1_000) break;
      for (; made < (passedMs / 1_000) * perSecond; made++) {
        const one = this.#one().finally(() => out.delete(one));
        out.add(one);
      }
      await pause(TICK_MS);
    }
    await Promise.all(out);
    return made / ((performance.now() - startedMs) / 1_000);
  }

  /** One after the other, as fast as they go: for a backlog. */
  async editMany(edits: number): Promise<void> {
    for (let at = 0; at < edits; at += 50) await Promise.all(Array.from({ length: 50 }, () => this.#one()));
  }

  /** Resolves with how many values have not come. */
  async settled(maxMs: number): Promise<number> {
    const untilMs = performance.now() + maxMs;
    while (this.#follower.waiting > 0 && performance.now() < untilMs) await pause(TICK_MS);
    return this.#follower.waiting;
  }

  async #one(): Promise<void> {
    const number = ++this.#count;
    const isBudget = number % EDITS_PER_BUDGET === 0;
    const change = isBudget ? this.#budget(number) : this.#bid(number);
    let committedMs = 0;
    await this.#system.stores.adsDatabase.transaction(
      async (tx) => {
        await applyEdit(tx, { atMs: 0, change });
        committedMs = performance.now();
      },
      { attemptsMax: 5 },
    );
    if (change.kind === "setBudget")
      this.#follower.awaitCap(change.budget.campaignId, change.budget.lifetimeCapMicros, committedMs);
    else if (change.kind === "setBids")
      for (const { adGroupId, bidAmountMicros } of change.bids)
        this.#follower.awaitBid(this.#adsOf.get(adGroupId) ?? [], bidAmountMicros, committedMs);
  }

  #bid(number: number): EditChange {
    const { adGroups } = this.#system.marketplace;
    const { adGroupId } = adGroups[this.#random.upTo(adGroups.length - 1)] as (typeof adGroups)[number];
    return { kind: "setBids", bids: [{ adGroupId, bidAmountMicros: FIRST_BID + number }] };
  }

  #budget(number: number): EditChange {
    const { campaignId, pacing } = this.#budgets[this.#random.upTo(this.#budgets.length - 1)] as Budget;
    const caps = { lifetimeCapMicros: FIRST_CAP + number, dailyCapMicros: null, overdeliveryRatioMax: null };
    return { kind: "setBudget", budget: { campaignId, ...caps, pacing } as never };
  }
}
