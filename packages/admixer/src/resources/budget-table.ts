/**
 * What campaigns may still spend, kept in process: budgets of the index's documents, or those that control messages brought
 * since, minus what this host was told was charged, and the expected cost of insertions that are not billed yet.
 *
 * B1 Spend and inflight are never negative; a charge takes its insertion out of inflight.
 * B2 An insertion that was never charged stops counting after `INFLIGHT_MS`.
 * B3 Of control messages the newest version counts. Documents never replace what one said: they may be derived from rows of
 *    before, whatever their own version is. It ends with `forgetControls`, when documents have long had it.
 */
import { type AdDocument, type Budget, type CampaignId, dailySpendMaxMicros } from "@tenon/ads-model";
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
/** Campaigns kept; the one known longest goes first. Many times what one index holds. */
const CAMPAIGNS_MAX = 2_000_000;
/** {@link CampaignCaps.dailyMaxMicros} without a daily cap. */
export const NO_DAILY_MAX = Number.MAX_SAFE_INTEGER;

export interface CampaignCaps {
  readonly lifetimeCapMicros: number;
  /** Most that one day may spend; `NO_DAILY_MAX` without a daily cap. */
  readonly dailyMaxMicros: number;
}

/** Which message a campaign's caps are of. */
export interface ControlStamp {
  readonly version: number;
  readonly changedAtMs: number;
}

interface Campaign {
  caps: CampaignCaps;
  control: ControlStamp | undefined;
  /** Of the newest document that told the caps, and the round of {@link BudgetTable.beginDocuments} in which it did. */
  documentVersion: number;
  documentRound: number;
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
  #documentRound = 0;

  constructor(documents: Iterable<AdDocument>, nowMs: () => number) {
    this.#nowMs = nowMs;
    for (const { campaignId, budget } of documents)
      if (!this.#campaigns.has(campaignId)) this.setByDocument(campaignId, capsOf(budget), 0);
  }

  /** Campaigns that are known. */
  get size(): number {
    return this.#campaigns.size;
  }

  /** From here on documents replace those of before whatever their version: another base is served. */
  beginDocuments(): void {
    this.#documentRound++;
  }

  /** What a document says; false when a newer one, or a control message (B3), has said it. */
  setByDocument(campaignId: CampaignId, caps: CampaignCaps, version: number): boolean {
    const campaign = this.#campaignOf(campaignId, caps);
    const isOfRound = campaign.documentRound === this.#documentRound;
    if (isOfRound && version < campaign.documentVersion) return false;
    campaign.documentRound = this.#documentRound;
    campaign.documentVersion = version;
    if (campaign.control !== undefined) return false;
    campaign.caps = caps;
    return true;
  }

  /** What a control message says; false when it is not newer than the one before. */
  setByControl(campaignId: CampaignId, caps: CampaignCaps, stamp: ControlStamp): boolean {
    const campaign = this.#campaignOf(campaignId, caps);
    if (campaign.control !== undefined && stamp.version <= campaign.control.version) return false;
    campaign.control = stamp;
    campaign.caps = caps;
    return true;
  }

  /** Documents speak again for campaigns whose control message is older. Call it before the documents of a new base are told. */
  forgetControls(beforeMs: number): void {
    for (const campaign of this.#campaigns.values())
      if (campaign.control !== undefined && campaign.control.changedAtMs < beforeMs) campaign.control = undefined;
  }

  #campaignOf(campaignId: CampaignId, caps: CampaignCaps): Campaign {
    const known = this.#campaigns.get(campaignId);
    if (known !== undefined) return known;
    const made: Campaign = {
      caps,
      control: undefined,
      documentVersion: 0,
      documentRound: 0,
      chargedMicros: 0,
      chargedDay: 0,
      chargedTodayMicros: 0,
      inflightMicros: 0,
    };
    this.#campaigns.set(campaignId, made);
    if (this.#campaigns.size > CAMPAIGNS_MAX) this.#dropFirst();
    return made;
  }

  #dropFirst(): void {
    for (const campaignId of this.#campaigns.keys()) {
      this.#campaigns.delete(campaignId);
      return;
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
      const { lifetimeCapMicros, dailyMaxMicros } = campaign.caps;
      lifetime.set(row, lifetimeCapMicros - campaign.chargedMicros);
      daily.set(row, dailyMaxMicros === NO_DAILY_MAX ? dailyMaxMicros : dailyMaxMicros - spentToday);
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

export function capsOf({ lifetime, daily }: Budget): CampaignCaps {
  return {
    lifetimeCapMicros: lifetime.capMicros,
    dailyMaxMicros: daily === null ? NO_DAILY_MAX : dailySpendMaxMicros(daily),
  };
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
