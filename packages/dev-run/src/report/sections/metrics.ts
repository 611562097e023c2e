/** What the business sees, paired by request: runs that both versions answered. */
import type { AdPosition } from "@tenon/ads-model";
import type { ComparedEntry } from "../../compare/compared.ts";
import { benjaminiHochberg, mcNemar, pairedBootstrap, rateBelow } from "../../statistics/paired.ts";
import type { RanEntry } from "../../versions/protocol.ts";
import type { ReportInput } from "../report-input.ts";
import type { Metric } from "../report-schema.ts";
import { answeredAds } from "./answered-ads.ts";

interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly test: Metric["test"];
  readonly of: (ads: readonly AdPosition[], run: RanEntry) => number;
}

const PER_THOUSAND = 1_000;

const MEASURES: readonly Measure[] = [
  { name: "fill rate", unit: "share of requests", test: "mcNemar", of: (ads) => (ads.length > 0 ? 1 : 0) },
  { name: "ads per request", unit: "ads", test: "pairedBootstrap", of: (ads) => ads.length },
  {
    name: "expected revenue",
    unit: "micros per request",
    test: "pairedBootstrap",
    of: (ads) => sum(ads.map((ad) => expectedMicros(ad))),
  },
  {
    name: "charged price",
    unit: "micros per ad",
    test: "pairedBootstrap",
    of: (ads) => mean(ads.map((ad) => ad.chargedPriceMicros)),
  },
  {
    name: "relevance",
    unit: "cosine, mean of ads",
    test: "pairedBootstrap",
    of: (ads) => mean(ads.map(({ scoreTerms }) => scoreTerms.relevance)),
  },
  {
    name: "diversity",
    unit: "advertisers per ad",
    test: "pairedBootstrap",
    of: (ads) => (ads.length === 0 ? 0 : new Set(ads.map(({ advertiserId }) => advertiserId)).size / ads.length),
  },
];

/** A difference that is not there in more entries than this is worth no bootstrap. */
const DECIMALS = 6;

export function metrics({ compared, seed }: ReportInput): Metric[] {
  const answered = compared.entries.filter(
    ({ base, head }) => answeredAds(base) !== undefined && answeredAds(head) !== undefined,
  );
  // Stages of a run that failed later did run: what they dropped is compared wherever both have them.
  const reasons = [
    ...new Set(compared.entries.flatMap(({ base, head }) => [...reasonsOf(base), ...reasonsOf(head)])),
  ].sort();
  const drops = reasons.map(
    (reason): Measure => ({
      name: `dropped ${reason}`,
      unit: "ads per request",
      test: "pairedBootstrap",
      of: (_, run) => sum(run.stages.map(({ byReason }) => byReason[reason] ?? 0)),
    }),
  );
  if (answered.length === 0) return [];
  const drafts = [...MEASURES, ...drops].map((measure) => metricOf(measure, answered, seed));
  const adjusted = benjaminiHochberg(drafts.map(({ q }) => q));
  return drafts.map((draft, at) => ({ ...draft, q: adjusted[at] ?? 1 }));
}

function metricOf({ name, unit, test, of }: Measure, entries: readonly ComparedEntry[], seed: number): Metric {
  const pairs = entries.map((entry) => ({
    entry,
    base: of(answeredAds(entry.base) ?? [], entry.base),
    head: of(answeredAds(entry.head) ?? [], entry.head),
  }));
  const base = mean(pairs.map((pair) => pair.base));
  const head = mean(pairs.map((pair) => pair.head));
  const { low, high, p } = pairedBootstrap(
    pairs.map((pair) => pair.head - pair.base),
    seed,
  );
  const gained = pairs.filter((pair) => pair.head > pair.base).length;
  const lost = pairs.filter((pair) => pair.head < pair.base).length;
  const differs = gained + lost > 0;
  return {
    ...{ name, unit, test, n: pairs.length, base: rounded(base), head: rounded(head), delta: rounded(head - base) },
    deltaShare: base === 0 ? null : rounded((head - base) / base),
    low: rounded(low),
    high: rounded(high),
    q: test === "mcNemar" ? mcNemar(gained, lost) : p,
    note: differs ? "" : `no request differs: under ${percent(rateBelow(pairs.length))} at 95 %`,
    segment: differs ? largestSegment(pairs) : null,
  };
}

interface Pair {
  readonly entry: ComparedEntry;
  readonly base: number;
  readonly head: number;
}

/** The surface or country in which the mean moved most. */
function largestSegment(pairs: readonly Pair[]): Metric["segment"] {
  const segments = Map.groupBy(
    pairs.flatMap((pair) =>
      pair.entry.stratum
        .split(" ")
        .slice(0, 2)
        .map((name) => ({ name, pair })),
    ),
    ({ name }) => name,
  );
  const moved = [...segments].map(([name, all]) => ({
    name,
    delta: rounded(mean(all.map(({ pair }) => pair.head - pair.base))),
    n: all.length,
  }));
  return moved.sort((one, other) => Math.abs(other.delta) - Math.abs(one.delta))[0] ?? null;
}

/** A click is paid with its probability, impressions by the thousand. */
function expectedMicros({ chargedPriceMicros, chargedPer, scoreTerms }: AdPosition): number {
  return chargedPer === "click" ? chargedPriceMicros * scoreTerms.clickProbability : chargedPriceMicros / PER_THOUSAND;
}

function reasonsOf({ stages }: RanEntry): readonly string[] {
  return stages.flatMap(({ byReason }) => Object.keys(byReason));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

function rounded(value: number): number {
  return Number(value.toFixed(DECIMALS));
}

function percent(share: number): string {
  return `${(share * 100).toPrecision(2)} %`;
}
