/** The port by its definition, one ad after the other, in plain code: what every binding is compared with. */
import { type AdDocument, isScheduledAt, matchesTargeting } from "@tenon/ads-model";
import type { AdFilter, IneligibleReason, KeywordQuery } from "../api.ts";
import type { CampaignBlocks } from "../host.ts";
import {
  contribution,
  inverseDocumentFrequency,
  lengthPenalty,
  scoreOf,
  weightedTexts,
} from "../keywords/keyword-scoring.ts";
import { wordsOf } from "../keywords/words.ts";
import type { SampleAd } from "./arbitraries.ts";

export interface Scored {
  readonly id: number;
  readonly score: number;
}

type Outcome = "eligible" | "not_indexed" | "targeting_mismatch" | IneligibleReason;

export class Oracle {
  readonly ads: readonly SampleAd[];
  private readonly blocked: CampaignBlocks["blocked"];

  constructor(ads: readonly SampleAd[], blocked: CampaignBlocks["blocked"] = []) {
    this.ads = ads;
    this.blocked = blocked;
  }

  targeted({ targeting }: AdFilter): readonly SampleAd[] {
    return this.ads.filter(({ document }) => matchesTargeting(document.targeting, targeting));
  }

  eligible(filter: AdFilter): readonly SampleAd[] {
    return this.targeted(filter).filter(({ document }) => this.reasonAgainst(document, filter.atMs) === undefined);
  }

  outcome(id: number, filter: AdFilter): Outcome {
    const document = this.ads.find((ad) => ad.document.adId === id)?.document;
    if (document === undefined) return "not_indexed";
    return (
      this.reasonAgainst(document, filter.atMs) ??
      (matchesTargeting(document.targeting, filter.targeting) ? "eligible" : "targeting_mismatch")
    );
  }

  /** Targeted ads by the first reason against them. */
  dropped(filter: AdFilter): Readonly<Partial<Record<IneligibleReason, number>>> {
    const counts: Partial<Record<IneligibleReason, number>> = {};
    for (const { document } of this.targeted(filter)) {
      const reason = this.reasonAgainst(document, filter.atMs);
      if (reason !== undefined) counts[reason] = (counts[reason] ?? 0) + 1;
    }
    return counts;
  }

  /** Every eligible ad by inner product, best first. */
  nearest(filter: AdFilter, query: readonly number[]): readonly Scored[] {
    return inOrder(
      this.eligible(filter).map(({ document, vector }) => ({
        id: document.adId,
        score: Math.fround(
          vector.reduce((sum, component, axis) => sum + Math.fround(component) * (query[axis] ?? 0), 0),
        ),
      })),
    );
  }

  /** Every eligible ad that holds one of the words, all of `must` and none of `mustNot`, best first. */
  matchingWords(
    filter: AdFilter,
    { words, must = [], mustNot = [] }: Pick<KeywordQuery, "words" | "must" | "mustNot">,
  ): readonly Scored[] {
    const wanted = new Set([...words, ...must].flatMap(wordsOf));
    const counts = new Map(this.ads.map(({ document }) => [document, wordCounts(document)]));
    const lengths = [...counts.values()].map((count) => sum([...count.values()]));
    const lengthMean = sum(lengths) / lengths.length;
    return inOrder(
      this.eligible(filter).flatMap(({ document }) => {
        const count = counts.get(document) ?? new Map<string, number>();
        const held = [...wanted].filter((word) => count.has(word));
        const length = sum([...count.values()]);
        const found =
          held.length > 0 &&
          must.flatMap(wordsOf).every((word) => count.has(word)) &&
          !mustNot.flatMap(wordsOf).some((word) => count.has(word));
        const added = held.map((word) => {
          const holders = [...counts.values()].filter((other) => other.has(word)).length;
          const weight = inverseDocumentFrequency(holders, counts.size);
          return contribution(weight, count.get(word) ?? 0, lengthPenalty(length, lengthMean));
        });
        return found ? [{ id: document.adId, score: scoreOf(sum(added)) }] : [];
      }),
    );
  }

  private reasonAgainst(document: AdDocument, atMs: number): IneligibleReason | undefined {
    const block = this.blocked.find(({ campaignId }) => campaignId === document.campaignId);
    if (document.status !== "active" || block?.reason === "paused") return "paused";
    if (!isScheduledAt(document.schedule, atMs)) return "out_of_schedule";
    if (block !== undefined) return block.reason;
    if (document.creativeReview !== "approved") return "creative_rejected";
    return document.policyReview === "approved" ? undefined : "policy_blocked";
  }
}

function wordCounts(document: AdDocument): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { text, weight } of weightedTexts(document)) {
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + weight);
  }
  return counts;
}

function inOrder(scored: readonly Scored[]): readonly Scored[] {
  return scored.toSorted((left, right) => right.score - left.score || left.id - right.id);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
