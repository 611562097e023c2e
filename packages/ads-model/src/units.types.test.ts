/** Claims about types: each line below an expect-error must not compile, and the file fails to type-check when one does. */
import { expectTypeOf, test } from "vitest";
import { addCounts, clickCount, type ImpressionCount, impressionCount, insertionCount } from "./counts.ts";
import type { AdDocument } from "./document.ts";
import { type AdId, adId, campaignId, requestId, type UserId } from "./ids.ts";
import {
  type BidMicros,
  bidMicros,
  cpmMicros,
  dollars,
  ecpmMicros,
  type Micros,
  micros,
  microsFromDollars,
} from "./money.ts";
import { addMicros, minMicros, multiplyMicros } from "./money-arithmetic.ts";
import { chargeForImpressions, ecpmFromBid } from "./price.ts";
import { type Probability, probability } from "./probability.ts";

test("money units do not mix", () => {
  // @ts-expect-error a bid per click is not an amount
  addMicros(micros(1), bidMicros(1));
  // @ts-expect-error a price per thousand is not a bid per click
  minMicros(bidMicros(1), cpmMicros(1));
  // @ts-expect-error dollars are not micros
  addMicros(micros(1), dollars(1));
  // @ts-expect-error micros are not dollars
  microsFromDollars(micros(1));
  // @ts-expect-error an expected value is never an offer
  ecpmFromBid(ecpmMicros(1), probability(0.1));
  // @ts-expect-error a plain number has no unit
  const plain: Micros = 5;
  expectTypeOf(plain).toEqualTypeOf<Micros>();
  expectTypeOf(multiplyMicros(bidMicros(4), 0.5)).toEqualTypeOf<BidMicros>();
});

test("a probability is neither a percentage nor a ratio of money", () => {
  // @ts-expect-error a plain number is no probability
  const percentage: Probability = 12;
  expectTypeOf(percentage).toEqualTypeOf<Probability>();
  // @ts-expect-error arguments the wrong way round
  ecpmFromBid(probability(0.1), bidMicros(1));
});

test("counters of different events do not mix", () => {
  // @ts-expect-error insertions are not impressions
  addCounts(impressionCount(1), insertionCount(1));
  // @ts-expect-error clicks are not impressions
  const clicks: ImpressionCount = clickCount(1);
  expectTypeOf(clicks).toEqualTypeOf<ImpressionCount>();
  // @ts-expect-error an insertion is not billed
  chargeForImpressions(cpmMicros(1), insertionCount(1));
});

test("ids of different entities do not mix", () => {
  // @ts-expect-error a campaign is not an ad
  const ad: AdId = campaignId(1);
  // @ts-expect-error a request is not a user
  const user: UserId = requestId("r1");
  expectTypeOf(ad).toEqualTypeOf<AdId>();
  expectTypeOf(user).toEqualTypeOf<UserId>();
  expectTypeOf(adId(1)).toExtend<number>();
});

test("a document is readonly at every depth", () => {
  const change = (document: AdDocument) => {
    // @ts-expect-error top level
    document.title = "";
    // @ts-expect-error nested record
    document.budget.lifetime.capMicros = micros(1);
    // @ts-expect-error nested array
    document.targeting.conjunctions.push([]);
  };
  expectTypeOf(change).toBeFunction();
});
