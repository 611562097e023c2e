/**
 * Two ranked lists become one feed. Maximises revenue plus λ × utility position by position, under slot rules; the
 * Lagrangian form of "most revenue at a given engagement" (after Yan, Xu, Tiwana and Chatterjee, "Ads allocation in feed
 * via constrained optimization", 2020).
 *
 * B1 Both lists keep their inner order, and every organic item stays in the feed.
 * B2 No ad before `topSlot`; at least `gapMin` organic items between two ads; at most `slots` ads.
 * B3 The ad at hand stands before the item at hand if revenue + λ × its utility ≥ λ × the item's utility. Behind the last
 *    item it is compared with that one: the feed goes on after the part we were sent.
 * B4 A larger λ never places more ads. This is why an ad that is refused waits for a less useful item instead of letting
 *    the next ad pass: with passing, one ad of low worth that waits could make room for several behind it.
 */
export interface BlendAd {
  /** Expected payment for a thousand impressions, micros. */
  readonly revenueMicros: number;
  /** On the scale of the items' utilities. */
  readonly utility: number;
}

export interface BlendRules {
  readonly topSlot: number;
  readonly gapMin: number;
  readonly slots: number;
  /** Micros per thousand impressions that a unit of utility is worth. */
  readonly lambdaMicros: number;
}

export type BlendedPosition =
  | { readonly kind: "ad"; readonly ad: number }
  | { readonly kind: "organic"; readonly item: number };

export interface UnplacedAd {
  readonly ad: number;
  readonly rule: "topSlot" | "gap" | "utility" | "slots" | "order";
  /** What the rule asks for: position, items, revenue in micros, ads, or the rank of the ad in the way. */
  readonly threshold: number;
  /** What it found. */
  readonly value: number;
}

export interface Blend {
  /** Numbers of `ads` and `itemUtilities`. */
  readonly positions: readonly BlendedPosition[];
  readonly unplaced: readonly UnplacedAd[];
}

/** `ads`: best first. `itemUtilities`: the organic feed in its order. Linear in both. */
export function blend(ads: readonly BlendAd[], itemUtilities: readonly number[], rules: BlendRules): Blend {
  const positions: BlendedPosition[] = [];
  const slots = Math.min(ads.length, rules.slots);
  let ad = 0;
  let itemsSinceAd = Number.POSITIVE_INFINITY;
  /** Least revenue that would have placed the ad at hand somewhere it was tried. */
  let revenueMissing = Number.POSITIVE_INFINITY;
  for (let item = 0; item <= itemUtilities.length; item++) {
    while (ad < slots && positions.length >= rules.topSlot && itemsSinceAd >= rules.gapMin) {
      const { revenueMicros, utility } = ads[ad] as BlendAd;
      const itemUtility = itemUtilities[Math.min(item, itemUtilities.length - 1)] ?? 0;
      const neededMicros = rules.lambdaMicros * (itemUtility - utility);
      if (revenueMicros < neededMicros) {
        revenueMissing = Math.min(revenueMissing, neededMicros);
        break;
      }
      positions.push({ kind: "ad", ad });
      ad++;
      itemsSinceAd = 0;
      revenueMissing = Number.POSITIVE_INFINITY;
    }
    if (item === itemUtilities.length) break;
    positions.push({ kind: "organic", item });
    itemsSinceAd++;
  }
  return {
    positions,
    unplaced: unplacedFrom(ad, { ads, rules, itemsSinceAd, revenueMissing, positions: positions.length }),
  };
}

interface End {
  readonly ads: readonly BlendAd[];
  readonly rules: BlendRules;
  readonly itemsSinceAd: number;
  readonly revenueMissing: number;
  readonly positions: number;
}

/** The first ad without a place has a rule of its own; those behind it wait for it (B1). */
function unplacedFrom(first: number, { ads, rules, itemsSinceAd, revenueMissing, positions }: End): UnplacedAd[] {
  const unplaced: UnplacedAd[] = [];
  for (let ad = first; ad < ads.length; ad++) {
    if (ad >= rules.slots) unplaced.push({ ad, rule: "slots", threshold: rules.slots, value: ad });
    else if (ad > first) unplaced.push({ ad, rule: "order", threshold: first, value: ad });
    else if (revenueMissing < Number.POSITIVE_INFINITY) {
      const { revenueMicros } = ads[ad] as BlendAd;
      unplaced.push({ ad, rule: "utility", threshold: revenueMissing, value: revenueMicros });
    } else if (itemsSinceAd < rules.gapMin)
      unplaced.push({ ad, rule: "gap", threshold: rules.gapMin, value: itemsSinceAd });
    else unplaced.push({ ad, rule: "topSlot", threshold: rules.topSlot, value: positions });
  }
  return unplaced;
}
