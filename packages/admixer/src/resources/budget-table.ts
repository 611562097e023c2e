/**
 * What campaigns may still spend, kept in process: budgets of the index's documents minus what this host was told was
 * charged, and the expected cost of insertions that are not billed yet. The live feed fills the same table later.
 *
 * B1 Spend and inflight are never negative; a charge takes its insertion out of inflight.
 * B2 An insertion that was never charged stops counting after `INFLIGHT_MS`.
 */
import { type AdDocument, type CampaignId, dailySpendMaxMicros } from "@tenon/ads-model";
import { F64Column, F64Writer, U8Writer } from "@tenon/graph-core";
import {
  type BudgetAnswer,
  type BudgetState,
  type CampaignsQuery,
  type PacingAnswer,
  type PacingState,
  STATE_KNOWN,
  STATE_UNKNOWN,
} from "@tenon/nodes";

/** Longest time between an insertion and its charge; ads that nobody saw are not billed. */
const INFLIGHT_MS = 3_600_000;
const DAY_MS = 86_400_000;

interface Campaign {
  readonly lifetimeCapMicros: number;
  /** Most that one day may spend; `Number.MAX_SAFE_INTEGER` without a daily cap. */
  readonly dailyMaxMicros: number;
  chargedMicros: number;
  chargedDay: number;
  chargedTodayMicros: number;
  inflightMicros: number;
}

interface Inflight {
  readonly campaignId: CampaignId;
  readonly expectedMicros: number;
  readonly untilMs: number;
}

export class BudgetTable implements BudgetState {
  readonly #nowMs: () => number;
  readonly #campaigns = new Map<CampaignId, Campaign>();
  /** By insertion id, oldest first. */
  readonly #inflight = new Map<string, Inflight>();

  constructor(documents: Iterable<AdDocument>, nowMs: () => number) {
    this.#nowMs = nowMs;
    for (const { campaignId, budget } of documents) {
      if (this.#campaigns.has(campaignId)) continue;
      this.#campaigns.set(campaignId, {
        lifetimeCapMicros: budget.lifetime.capMicros,
        dailyMaxMicros: budget.daily === null ? Number.MAX_SAFE_INTEGER : dailySpendMaxMicros(budget.daily),
        chargedMicros: 0,
        chargedDay: 0,
        chargedTodayMicros: 0,
        inflightMicros: 0,
      });
    }
  }

  /** An ad was put into a response: its expected cost counts as spent until it is charged or given up. */
  insert(insertionId: string, campaignId: CampaignId, expectedMicros: number): void {
    const campaign = this.#campaigns.get(campaignId);
    if (campaign === undefined || this.#inflight.has(insertionId)) return;
    campaign.inflightMicros += expectedMicros;
    this.#inflight.set(insertionId, { campaignId, expectedMicros, untilMs: this.#nowMs() + INFLIGHT_MS });
  }

  /** A charge was reported. */
  charge(insertionId: string, campaignId: CampaignId, chargedMicros: number): void {
    const campaign = this.#campaigns.get(campaignId);
    if (campaign === undefined) return;
    this.#settle(insertionId);
    const day = Math.floor(this.#nowMs() / DAY_MS);
    if (campaign.chargedDay !== day) {
      campaign.chargedDay = day;
      campaign.chargedTodayMicros = 0;
    }
    campaign.chargedMicros += chargedMicros;
    campaign.chargedTodayMicros += chargedMicros;
  }

  #settle(insertionId: string): void {
    const inflight = this.#inflight.get(insertionId);
    if (inflight === undefined) return;
    this.#inflight.delete(insertionId);
    const campaign = this.#campaigns.get(inflight.campaignId);
    if (campaign !== undefined)
      campaign.inflightMicros = Math.max(0, campaign.inflightMicros - inflight.expectedMicros);
  }

  #giveUpOld(nowMs: number): void {
    for (const [insertionId, { untilMs }] of this.#inflight) {
      if (untilMs > nowMs) return;
      this.#settle(insertionId);
    }
  }

  remainingOf({ campaignIds }: CampaignsQuery): BudgetAnswer {
    const nowMs = this.#nowMs();
    this.#giveUpOld(nowMs);
    const today = Math.floor(nowMs / DAY_MS);
    const { length } = campaignIds;
    const status = new U8Writer(length);
    const lifetime = new F64Writer(length);
    const daily = new F64Writer(length);
    const inflight = new F64Writer(length);
    for (let row = 0; row < length; row++) {
      const campaign = this.#campaigns.get(campaignIds.at(row) as CampaignId);
      status.set(row, campaign === undefined ? STATE_UNKNOWN : STATE_KNOWN);
      if (campaign === undefined) continue;
      const spentToday = campaign.chargedDay === today ? campaign.chargedTodayMicros : 0;
      lifetime.set(row, campaign.lifetimeCapMicros - campaign.chargedMicros);
      daily.set(
        row,
        campaign.dailyMaxMicros === Number.MAX_SAFE_INTEGER
          ? campaign.dailyMaxMicros
          : campaign.dailyMaxMicros - spentToday,
      );
      inflight.set(row, campaign.inflightMicros);
    }
    return {
      status: status.seal(),
      asOfMs: nowMs,
      lifetimeRemainingMicros: lifetime.seal(),
      dailyRemainingMicros: daily.seal(),
      inflightMicros: inflight.seal(),
    };
  }
}

/** Every campaign takes part in every request: the pacer's feed is bound here when there is one. */
export class UnpacedState implements PacingState {
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  ratesOf({ campaignIds }: CampaignsQuery): PacingAnswer {
    const { length } = campaignIds;
    const status = new U8Writer(length);
    return { status: status.seal(), asOfMs: this.#nowMs(), passRate: F64Column.fill(length, () => 1) };
  }
}
