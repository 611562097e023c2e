import {
  type AdDocument,
  type AdRequest,
  clickCount,
  hourOfDayAt,
  type ImpressionCount,
  impressionCount,
  type UserProfile,
} from "@tenon/ads-model";
import type { Catalogue } from "./catalogue.ts";
import { categoryRows, isMealCategory } from "./category-traits.ts";
import type { ClickContext } from "./click-truth.ts";
import { embedInterests, embedText } from "./embed.ts";
import { cosine } from "./embed-text.ts";

/** One ad in one response. */
export interface ShownAd {
  readonly document: AdDocument;
  /** The document's row of the marketplace's embeddings. */
  readonly embedding: Float32Array;
  /** Place in the feed, 0 is the top. */
  readonly position: number;
  /** How often the user had seen the ad. */
  readonly impressionsSeen: ImpressionCount;
}

/**
 * The raw inputs of `clickTruth` for the ads of one request. User and query are embedded once, so that a request of many ads costs
 * one dot product each. `user` is null when nobody is known, or when consent to personalisation is missing: people react to ads
 * by what they like all the same, so the simulation of clicks passes the user, and the features of a model do not.
 */
export function clickContexts(
  catalogue: Catalogue,
): (request: AdRequest, user: UserProfile | null) => (shown: ShownAd) => ClickContext {
  const rows = categoryRows(catalogue);
  return (request, user) => {
    const interests = embedInterests(catalogue, user?.interests ?? [], rows);
    const query = embedText(catalogue, request.query ?? []);
    const affinities = new Map(user?.interests.map(({ interest, affinity }) => [interest, affinity]));
    const hour = hourOfDayAt({
      timestampMs: request.timestampMs ?? 0,
      utcOffsetMinutes: request.utcOffsetMinutes ?? 0,
    });
    return ({ document, embedding, position, impressionsSeen }) => ({
      interestCosine: cosine(interests, embedding),
      queryCosine: cosine(query, embedding),
      categoryAffinity: affinities.get(document.category) ?? 0,
      popularity: document.popularity,
      qualityScore: document.qualityScore,
      position,
      surface: request.surface,
      device: request.device,
      hour,
      meal: isMealCategory(document.category),
      impressionsSeen,
      userImpressions: user?.adImpressions30Days ?? impressionCount(0),
      userClicks: user?.adClicks30Days ?? clickCount(0),
    });
  };
}
