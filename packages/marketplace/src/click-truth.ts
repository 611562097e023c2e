/**
 * The stated truth of the simulation: how likely a generated user clicks a generated ad. Synthetic, and to be called so wherever
 * results are shown. It is what a trained model can at best recover, and what its calibration is judged by.
 *
 * Logistic in these terms (log-odds); the names are the keys of `ClickTruth.terms`:
 *
 * | term | value |
 * |---|---|
 * | base | -5.6 |
 * | interest | 1.5 × max(0, interestCosine) |
 * | category | 1.0 × categoryAffinity |
 * | query | 1.8 × max(0, queryCosine), search only |
 * | popularity | 0.6 × popularity |
 * | quality | 1.0 × (qualityScore - 0.7) |
 * | position | -0.6 × ln(1 + position) |
 * | surface | home feed 0, search 0.3, related 0.15 |
 * | device | phone 0.15, tablet 0, desktop -0.1 |
 * | hour | 0.4 for food at 11-13 and 18-20; -0.3 for everything at 2-5 |
 * | fatigue | -0.35 × ln(1 + impressionsSeen) |
 * | propensity | 0.4 × ln(user's smoothed click rate / 0.012), within ±1 |
 * | interest × popularity | 0.8 × max(0, interestCosine) × popularity: known brands gain more from a match |
 * | fatigue × category | 0.2 × ln(1 + impressionsSeen) × categoryAffinity: fans tire later |
 * | position × device | -0.15 × ln(1 + position) on phones: small screens show less |
 *
 * Terms other than `position` and `position × device` are about relevance: dividing those two out gives the click rate at the top.
 */
import {
  type ClickCount,
  type Device,
  type HourOfDay,
  type ImpressionCount,
  type Probability,
  probabilityFromMargin,
  type Surface,
} from "@tenon/ads-model";

/** One ad shown to one user. */
export interface ClickContext {
  /** Cosine of the user's interests and the ad, -1 to 1; 0 without interests. */
  readonly interestCosine: number;
  /** Cosine of query and ad, -1 to 1; 0 outside search. */
  readonly queryCosine: number;
  /** The user's affinity to the ad's own category, 0 to 1. */
  readonly categoryAffinity: number;
  /** 0 to 1. */
  readonly popularity: number;
  /** 0 to 1. */
  readonly qualityScore: number;
  /** Place in the feed, 0 is the top. */
  readonly position: number;
  readonly surface: Surface;
  readonly device: Device;
  /** On the user's clock. */
  readonly hour: HourOfDay;
  /** Whether the ad is for something to eat (`isMealCategory`). */
  readonly meal: boolean;
  /** How often this user saw this ad in the last 30 days. */
  readonly impressionsSeen: ImpressionCount;
  /** All ads the user saw and clicked in the last 30 days. */
  readonly userImpressions: ImpressionCount;
  readonly userClicks: ClickCount;
}

export interface ClickTruth {
  /** Log-odds of a click: the sum of the terms, in their order. */
  readonly margin: number;
  readonly probability: Probability;
  readonly terms: Readonly<Record<string, number>>;
}

const SURFACE_TERM: Readonly<Record<Surface, number>> = { homeFeed: 0, search: 0.3, related: 0.15 };
const DEVICE_TERM: Readonly<Record<Device, number>> = { desktop: -0.1, phone: 0.15, tablet: 0 };
/** Prior of the smoothed click rate: as if every user had seen 100 ads at the mean rate. */
const PRIOR_IMPRESSIONS = 100;
const MEAN_CLICK_RATE = 0.012;

export function clickTruth(context: ClickContext): ClickTruth {
  const { popularity, categoryAffinity } = context;
  const interest = Math.max(0, context.interestCosine);
  const depth = Math.log1p(context.position);
  const seen = Math.log1p(context.impressionsSeen);
  const terms = {
    base: -5.6,
    interest: 1.5 * interest,
    category: categoryAffinity,
    query: context.surface === "search" ? 1.8 * Math.max(0, context.queryCosine) : 0,
    popularity: 0.6 * popularity,
    quality: context.qualityScore - 0.7,
    position: -0.6 * depth,
    surface: SURFACE_TERM[context.surface],
    device: DEVICE_TERM[context.device],
    hour: hourTerm(context),
    fatigue: -0.35 * seen,
    propensity: propensityTerm(context),
    "interest × popularity": 0.8 * interest * popularity,
    "fatigue × category": 0.2 * seen * categoryAffinity,
    "position × device": context.device === "phone" ? -0.15 * depth : 0,
  };
  const margin = Object.values(terms).reduce((sum, term) => sum + term, 0);
  return { margin, probability: probabilityFromMargin(margin), terms };
}

function hourTerm({ hour, meal }: ClickContext): number {
  const mealtime = (hour >= 11 && hour <= 13) || (hour >= 18 && hour <= 20);
  if (meal && mealtime) return 0.4;
  return hour >= 2 && hour <= 5 ? -0.3 : 0;
}

function propensityTerm({ userImpressions, userClicks }: ClickContext): number {
  const rate = (userClicks + PRIOR_IMPRESSIONS * MEAN_CLICK_RATE) / (userImpressions + PRIOR_IMPRESSIONS);
  return Math.max(-1, Math.min(1, 0.4 * Math.log(rate / MEAN_CLICK_RATE)));
}
