/**
 * Money. One currency (USD), integer micros (1 USD = 1,000,000 micros), one rounding function.
 *
 * M1 Every amount is a safe integer; a result outside that range throws instead of losing micros.
 * M2 Units do not mix: an amount, a bid per click, a price per thousand impressions and an expected value per thousand
 *    impressions are four types, and only the functions of `price.ts` convert between them.
 * M3 A fraction of a micro is decided by `roundMicros` and nowhere else.
 */
import { z } from "zod";
import { type Brand, brandedSchema } from "./brand.ts";
import { InvalidValueError } from "./invalid-value-error.ts";

/** An amount of money: spend, budget, charge. May be negative (a refund). */
export type Micros = Brand<number, "Micros">;
/** Offer or price for one click. */
export type BidMicros = Brand<number, "BidMicros">;
/** Offer or price for a thousand impressions. */
export type CpmMicros = Brand<number, "CpmMicros">;
/** Expected value of a thousand impressions; the auction's ranking value, never charged. */
export type EcpmMicros = Brand<number, "EcpmMicros">;
/** Any unit that is counted in micros. */
export type AnyMicros = Micros | BidMicros | CpmMicros | EcpmMicros;
/** US dollars, for display and for import only. */
export type Dollars = Brand<number, "Dollars">;

export type Currency = "USD";
export const CURRENCY: Currency = "USD";
export const MICROS_PER_DOLLAR = 1_000_000;

function checkedMicros<Unit extends AnyMicros>(noun: string, atLeast: number): (value: number) => Unit {
  const expected = atLeast === 0 ? "a safe integer of micros, 0 or more" : "a safe integer of micros";
  return (value) => {
    if (Number.isSafeInteger(value) && value >= atLeast) return (value + 0) as Unit;
    throw new InvalidValueError({
      noun,
      expected,
      found: value,
      hint: "convert dollars with microsFromDollars, fractions with roundMicros",
    });
  };
}

/** Each throws `InvalidValueError` for fractions, NaN, infinities, values beyond 2^53-1 and, but for `micros`, negatives. */
export const micros: (value: number) => Micros = checkedMicros("Micros", Number.MIN_SAFE_INTEGER);
export const bidMicros: (value: number) => BidMicros = checkedMicros("BidMicros", 0);
export const cpmMicros: (value: number) => CpmMicros = checkedMicros("CpmMicros", 0);
export const ecpmMicros: (value: number) => EcpmMicros = checkedMicros("EcpmMicros", 0);

export const MicrosSchema = brandedSchema<Micros>(z.int());
export const BidMicrosSchema = brandedSchema<BidMicros>(z.int().min(0));
export const CpmMicrosSchema = brandedSchema<CpmMicros>(z.int().min(0));
export const EcpmMicrosSchema = brandedSchema<EcpmMicros>(z.int().min(0));
export const CurrencySchema = z.literal("USD");

/** @throws InvalidValueError when the number is not finite. */
export function dollars(value: number): Dollars {
  if (Number.isFinite(value)) return value as Dollars;
  throw new InvalidValueError({
    noun: "Dollars",
    expected: "a finite number",
    found: value,
    hint: "reject it at import",
  });
}

/**
 * The one rounding function: to the nearest integer, ties to the even one.
 * Half-even, because charges are summed by the million: half-up would move every tie in the seller's favour, a drift the
 * advertiser can find by adding up the bill; half-even leaves the expected error of a sum at zero.
 * @throws InvalidValueError when the rounded value is not a safe integer.
 */
export function roundMicros(value: number): Micros {
  const below = Math.floor(value);
  const fraction = value - below;
  const up = fraction > 0.5 || (fraction === 0.5 && below % 2 !== 0);
  return micros(up ? below + 1 : below);
}

/** The amount nearest to `amount`; dollars with more than six decimals are rounded. */
export function microsFromDollars(amount: Dollars): Micros {
  return roundMicros(amount * MICROS_PER_DOLLAR);
}

/** For display only: the result is a float and must not be computed with. */
export function dollarsFromMicros(amount: Micros): Dollars {
  return (amount / MICROS_PER_DOLLAR) as Dollars;
}
