/** Numbers as people read them. */
import type { Compared } from "../parts.ts";

/** Reasons whose threshold and value are micros for a thousand impressions. */
const IN_MONEY: ReadonlySet<string> = new Set(["l1_trimmed", "l2_trimmed", "below_floor", "lost_auction"]);
/** Reasons whose value is money while the threshold is words. */
const VALUE_IN_MONEY: ReadonlySet<string> = new Set([...IN_MONEY, "deduped"]);

export function money(micros: number): string {
  const amount = micros / 1_000_000;
  return `$${amount.toFixed(Math.abs(amount) < 0.1 && amount !== 0 ? 4 : 2)}`;
}

export function number(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en-US") : value.toPrecision(3);
}

export function thresholdText(reason: string, threshold: Compared): string | null {
  return comparedText(threshold, IN_MONEY.has(reason));
}

export function valueText(reason: string, value: Compared): string | null {
  return comparedText(value, VALUE_IN_MONEY.has(reason));
}

function comparedText(value: Compared, inMoney: boolean): string | null {
  if (value === null) return null;
  if (typeof value === "string") return value;
  return inMoney ? money(value) : number(value);
}

/** `0.42 ms`, `12 ms`, `1.3 s`, `4 min`, `3 h`. */
export function duration(ms: number): string {
  if (ms < 0.1) return `${Math.round(ms * 1_000)} µs`;
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}

/** `512 B`, `1.2 kB`, `82 MB`. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [amount, at] = [count, 0];
  for (; amount >= 1_000 && at < units.length - 1; at++) amount /= 1_000;
  return `${at === 0 || amount >= 10 ? Math.round(amount) : amount.toFixed(1)} ${units[at]}`;
}

export function share(part: number): string {
  const percent = part * 100;
  return percent > 0 && percent < 1 ? "< 1 %" : `${Math.round(percent)} %`;
}
