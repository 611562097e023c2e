/**
 * Which runs are meant. Words are joined by "and"; a word with `-` before it excludes.
 *
 * - `surface:search`, `country:US`, `objective:clicks` (of an ad that was shown), `verdict:shown`, `empty` or `failed`
 * - `took>20ms`, `shown<3`
 * - `last:10m`: up to so long before the newest run; `after:` and `before:` a time as `2026-11-23T10:05:00Z`
 * - anything else: part of the request's id
 */

import type { RunFacts } from "../run-facts.ts";
import { VERDICTS } from "../words.ts";

export interface FilteredRun {
  readonly requestId: string;
  readonly facts: RunFacts;
}

export interface RunFilter {
  readonly means: (run: FilteredRun) => boolean;
  /** Words that are none: the filter means no run while there are any. */
  readonly wrong: readonly string[];
}

type Test = (run: FilteredRun) => boolean;

const TO_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @param newestAtMs start of the newest run there is: what `last:` counts from */
export function runFilter(text: string, newestAtMs: number): RunFilter {
  const tests: Test[] = [];
  const wrong: string[] = [];
  for (const word of text.trim().split(/\s+/).filter(Boolean)) {
    const without = word.startsWith("-") && word.length > 1;
    const meant = testOf(without ? word.slice(1) : word, newestAtMs);
    if (meant === undefined) wrong.push(word);
    else tests.push((run) => meant(run) !== without);
  }
  return { means: (run) => wrong.length === 0 && tests.every((meant) => meant(run)), wrong };
}

function testOf(word: string, newestAtMs: number): Test | undefined {
  const compared = /^(took|shown)(>=|<=|>|<)(\d+(?:\.\d+)?)(ms|s)?$/.exec(word);
  if (compared !== null) return comparing(compared);
  const at = word.indexOf(":");
  if (at === -1) return ({ requestId }) => requestId.toLowerCase().includes(word.toLowerCase());
  const [key, value] = [word.slice(0, at), word.slice(at + 1)];
  if (value === "") return undefined;
  const is = (found: string | null) => found?.toLowerCase() === value.toLowerCase();
  switch (key) {
    case "surface":
      return ({ facts }) => is(facts.surface);
    case "country":
      return ({ facts }) => is(facts.country);
    case "objective":
      return ({ facts }) => facts.objectives.some(is);
    case "verdict":
      return VERDICTS.some(is) ? ({ facts }) => is(facts.verdict) : undefined;
    case "last": {
      const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(s|m|h|d)$/.exec(value) ?? [];
      const fromMs = newestAtMs - Number(amount) * (TO_MS[unit] ?? Number.NaN);
      return Number.isNaN(fromMs) ? undefined : ({ facts }) => facts.startedAtMs >= fromMs;
    }
    case "after":
    case "before": {
      const ms = Date.parse(value);
      if (Number.isNaN(ms)) return undefined;
      return ({ facts }) => (key === "after" ? facts.startedAtMs >= ms : facts.startedAtMs < ms);
    }
    default:
      return undefined;
  }
}

function comparing([, what, sign, amount, unit = "ms"]: RegExpExecArray): Test {
  const bound = Number(amount) * (what === "took" ? (TO_MS[unit] as number) : 1);
  return ({ facts }) => {
    const value = what === "took" ? facts.durationMs : facts.shown;
    return sign === ">"
      ? value > bound
      : sign === ">="
        ? value >= bound
        : sign === "<"
          ? value < bound
          : value <= bound;
  };
}
