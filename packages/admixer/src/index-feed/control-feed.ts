/**
 * Follows `serving-control` past the pipeline: budgets and pauses count at once, before any document says so.
 *
 * K1 Per campaign and kind the newest version counts, whatever the order in which messages come, and however often.
 * K2 A campaign that is paused or archived is blocked until a newer message says that it is active. Documents do not end that:
 *    of a campaign with several ads the first document to say "paused" says nothing about the others, and one that says "active"
 *    may be derived from rows of before. Where a document says "paused", too, the block changes nothing.
 * K3 What was said longer than `CONTROL_KEPT_MS` before a base was built is forgotten when that base is served: its documents
 *    have it. Following starts as far back for the same reason.
 */
import { type CampaignId, campaignId, dailySpendMaxMicros, type EntityStatus, micros } from "@tenon/ads-model";
import type { LogRecord } from "@tenon/event-log/api";
import { ServingControl } from "@tenon/nodes";
import { type ControlStamp, NO_DAILY_MAX } from "../resources/budget-table.ts";
import { unreadableRecord } from "./delta-batch.ts";
import { Feed, type FeedParts } from "./feed.ts";
import type { Freshness } from "./freshness.ts";
import { LatestEntries } from "./latest-entries.ts";

/** How far the pipeline may be behind the short cut, ms. */
export const CONTROL_KEPT_MS = 24 * 3_600_000;
/** Campaigns whose status is remembered; those told longest ago go first: their documents have long said it. */
const STATUSES_MAX = 1_000_000;

type Control = Extract<ReturnType<typeof ServingControl.decode>, { readonly value: unknown }>["value"];
type BudgetControl = Extract<Control, { readonly kind: "budget" }>;

interface Status extends ControlStamp {
  readonly status: EntityStatus;
}

export interface ControlFeedParts extends FeedParts {
  readonly freshness: Freshness;
}

export class ControlFeed extends Feed {
  readonly #parts: ControlFeedParts;
  readonly #statuses = new LatestEntries<CampaignId, Status>(STATUSES_MAX);
  #blocksVersion = 0;
  #forgottenBeforeMs = 0;

  constructor(parts: ControlFeedParts) {
    super(parts, { topic: ServingControl.name, partition: 0 });
    this.#parts = parts;
  }

  /** Campaigns that may not serve because a message says so. */
  get blockedCount(): number {
    return this.#blocked().length;
  }

  /** A base built then is about to tell its documents' budgets (K3). */
  baseBuilt(builtAtMs: number): void {
    this.#forgottenBeforeMs = builtAtMs - CONTROL_KEPT_MS;
    this.#parts.budgets.forgetControls(this.#forgottenBeforeMs);
    for (const [id, status] of this.#statuses) if (this.#isForgotten(status)) this.#statuses.delete(id);
    this.#publishBlocks();
  }

  protected override take(records: readonly LogRecord[]): void {
    const { freshness, rejections } = this.#parts;
    let blocksChanged = false;
    for (const record of records) {
      const decoded = ServingControl.decode(record);
      if ("unreadable" in decoded) {
        this.totals.rejected++;
        rejections.add({ ...record, adId: null }, unreadableRecord(record, decoded.unreadable));
        continue;
      }
      const { value } = decoded;
      if (this.#isForgotten(value) || !(value.kind === "budget" ? this.#setBudget(value) : this.#setStatus(value))) {
        this.totals.stale++;
        continue;
      }
      this.totals.applied++;
      freshness.applied(value.changedAtMs, this.follower.isLive);
      if (value.kind === "status") blocksChanged = true;
    }
    if (blocksChanged) this.#publishBlocks();
  }

  #isForgotten({ changedAtMs }: Pick<ControlStamp, "changedAtMs">): boolean {
    return changedAtMs < this.#forgottenBeforeMs;
  }

  #setBudget({ campaignId: id, lifetimeCapMicros, version, changedAtMs, ...daily }: BudgetControl): boolean {
    const caps = { lifetimeCapMicros, dailyMaxMicros: dailyMaxOf(daily) };
    return this.#parts.budgets.setByControl(campaignId(id), caps, { version, changedAtMs });
  }

  #setStatus({ campaignId: id, ...status }: Status & { readonly campaignId: number }): boolean {
    const campaign = campaignId(id);
    const known = this.#statuses.get(campaign);
    if (known !== undefined && status.version <= known.version) return false;
    this.#statuses.set(campaign, status);
    return true;
  }

  #blocked() {
    return [...this.#statuses]
      .filter(([, { status }]) => status !== "active")
      .map(([id]) => ({ campaignId: id, reason: "paused" as const }));
  }

  /** The index takes the whole list, and only a newer one: the count is this host's own. */
  #publishBlocks(): void {
    this.#parts.index.blockCampaigns({ version: ++this.#blocksVersion, blocked: this.#blocked() });
  }
}

function dailyMaxOf({
  dailyCapMicros,
  overdeliveryRatioMax,
}: Pick<BudgetControl, "dailyCapMicros" | "overdeliveryRatioMax">): number {
  if (dailyCapMicros === null) return NO_DAILY_MAX;
  const capMicros = micros(dailyCapMicros);
  return dailySpendMaxMicros({ kind: "softDaily", capMicros, overdeliveryRatioMax: overdeliveryRatioMax ?? 0 });
}
