/** Arithmetic on one money unit. Both operands have the same unit, by type; every result is checked (M1 in money.ts). */
import { InvalidValueError } from "./invalid-value-error.ts";
import { type AnyMicros, MICROS_PER_DOLLAR, type Micros, micros, roundMicros } from "./money.ts";

/** @throws InvalidValueError when the sum leaves the safe integers. */
export function addMicros<Unit extends AnyMicros>(left: Unit, right: NoInfer<Unit>): Unit {
  return micros(left + right) as AnyMicros as Unit;
}

/** Difference of two amounts. Only amounts: a negative bid or price would be meaningless. */
export function subtractMicros(from: Micros, amount: Micros): Micros {
  return micros(from - amount);
}

/** Sum of many amounts; 0 for none. Integer addition, so the order of `amounts` never changes the result. */
export function sumMicros(amounts: Iterable<Micros>): Micros {
  let total = micros(0);
  for (const amount of amounts) total = addMicros(total, amount);
  return total;
}

/**
 * `amount` × `ratio`, rounded by `roundMicros`. The ratio is a plain number: pacing multiplier, share of a budget, exchange.
 * @throws InvalidValueError when the ratio is negative or not finite, or the product is too large.
 */
export function multiplyMicros<Unit extends AnyMicros>(amount: Unit, ratio: number): Unit {
  if (!(ratio >= 0 && ratio < Number.POSITIVE_INFINITY)) {
    throw new InvalidValueError({
      noun: "Ratio of money",
      expected: "a finite number, 0 or more",
      found: ratio,
      hint: "guard the division that made it",
    });
  }
  return roundMicros(amount * ratio) as AnyMicros as Unit;
}

export function minMicros<Unit extends AnyMicros>(left: Unit, right: NoInfer<Unit>): Unit {
  return left <= right ? left : right;
}

export function maxMicros<Unit extends AnyMicros>(left: Unit, right: NoInfer<Unit>): Unit {
  return left >= right ? left : right;
}

/** Negative when `left` is the smaller; a comparator for `sort`. */
export function compareMicros<Unit extends AnyMicros>(left: Unit, right: NoInfer<Unit>): number {
  return left - right;
}

/** Exact text with two to six decimals and the currency sign: `$1.25`, `-$0.000001`. */
export function formatMicros(amount: AnyMicros): string {
  const magnitude = Math.abs(amount);
  const whole = Math.floor(magnitude / MICROS_PER_DOLLAR);
  const decimals = String(magnitude % MICROS_PER_DOLLAR)
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  return `${amount < 0 ? "-" : ""}$${whole}.${decimals}`;
}
