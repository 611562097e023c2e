import type { FieldRule, Tolerance } from "../versions/protocol.ts";

/** Whether two cells are the same under the rule of their field; without one they must be equal. */
export function sameCell(base: unknown, head: unknown, rule: FieldRule | undefined): boolean {
  if (base === head) return true;
  const [left, right] = [numberOf(base), numberOf(head)];
  if (left !== undefined && right !== undefined) {
    if (Object.is(left, right)) return true;
    return rule?.tolerance !== undefined && within(left, right, rule.tolerance);
  }
  return JSON.stringify(base) === JSON.stringify(head);
}

/** The number in a cell, also one that JSON has no word for; `undefined` where it holds none. */
export function numberOf(cell: unknown): number | undefined {
  if (typeof cell === "number") return cell;
  const { $number, $big } = (cell ?? {}) as { readonly $number?: string; readonly $big?: string };
  if ($number !== undefined) return Number($number);
  return $big === undefined ? undefined : Number($big);
}

function within(left: number, right: number, tolerance: Tolerance): boolean {
  if (!Number.isFinite(left) || !Number.isFinite(right)) return false;
  if ("ulp" in tolerance) return ulpsBetween(left, right) <= BigInt(tolerance.ulp);
  return Math.abs(left - right) <= tolerance.relative * Math.max(Math.abs(left), Math.abs(right));
}

const bits = new DataView(new ArrayBuffer(8));

/** How many 64-bit floats lie between two: their bits, as integers that rise with the value. */
function ulpsBetween(left: number, right: number): bigint {
  const distance = ordered(left) - ordered(right);
  return distance < 0n ? -distance : distance;
}

function ordered(value: number): bigint {
  bits.setFloat64(0, value);
  const integer = bits.getBigInt64(0);
  return integer < 0n ? -(integer & 0x7fffffffffffffffn) : integer;
}
