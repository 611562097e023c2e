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
  /** Whether it is made of the ads alone, so that it may be told of some of them. */
  readonly isOfAds: boolean;
  readonly of: (ads: readonly AdPosition[], run: RanEntry) => number;
}

const PER_THOUSAND = 1_000;

const MEASURES: readonly Measure[] = [
  {
    name: "fill rate",
    unit: "share of requests",
    test: "mcNemar",
    isOfAds: true,
    of: (ads) => (ads.length > 0 ? 1 : 0),
  },
  { name: "ads per request", unit: "ads", test: "pairedBootstrap", isOfAds: true, of: (ads) => ads.length },
  {
    name: "expected revenue",
    unit: "micros per request",
    test: "pairedBootstrap",
    isOfAds: true,
    of: (ads) => sum(ads.map((ad) => expectedMicros(ad))),
  },
  {
    name: "charged price",
    unit: "micros per ad",
    test: "pairedBootstrap",
    isOfAds: true,
    of: (ads) => mean(ads.map((ad) => ad.chargedPriceMicros)),
  },
  {
    name: "relevance",
    unit: "cosine, mean of ads",
    test: "pairedBootstrap",
    isOfAds: true,
    of: (ads) => mean(ads.map(({ scoreTerms }) => scoreTerms.relevance)),
  },
  {
    name: "diversity",
    unit: "advertisers per ad",
    test: "pairedBootstrap",
    isOfAds: true,
    of: (ads) => (ads.length === 0 ? 0 : new Set(ads.map(({ advertiserId }) => advertiserId)).size / ads.length),
  },
];

/** Of what is told: finer differences are those of sums of floats. */
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
      isOfAds: false,
      of: (_, run) => sum(run.stages.map(({ byReason }) => byReason[reason] ?? 0)),
    }),
  );
  if (answered.length === 0) return [];
  const drafts = [...MEASURES, ...drops].map((measure) => metricOf(measure, answered, seed));
  const adjusted = benjaminiHochberg(drafts.map(({ q }) => q));
  return drafts.map((draft, at) => ({ ...draft, q: adjusted[at] ?? 1 }));
}

function metricOf({ name, unit, test, isOfAds, of }: Measure, entries: readonly ComparedEntry[], seed: number): Metric {
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
    segment: differs ? largestSegment(pairs, of, isOfAds) : null,
  };
}

interface Pair {
  readonly entry: ComparedEntry;
  readonly base: number;
  readonly head: number;
}

interface Segment {
  readonly name: string;
  readonly delta: number;
  readonly n: number;
}

/** The surface, the country or the objective in which the mean moved most. */
function largestSegment(pairs: readonly Pair[], of: Measure["of"], isOfAds: boolean): Metric["segment"] {
  const ofRequests = Map.groupBy(
    pairs.flatMap((pair) => placesOf(pair.entry).map((name) => ({ name, pair }))),
    ({ name }) => name,
  );
  const moved: Segment[] = [...ofRequests].map(([name, all]) => ({
    name,
    delta: rounded(mean(all.map(({ pair }) => pair.head - pair.base))),
    n: all.length,
  }));
  const segments = isOfAds ? [...moved, ...byObjective(pairs, of)] : moved;
  return segments.sort((one, other) => Math.abs(other.delta) - Math.abs(one.delta))[0] ?? null;
}

/** Surface and country: the first two words of a stratum of requests. */
function placesOf({ stratum }: ComparedEntry): readonly string[] {
  return stratum.split(" ").slice(0, 2);
}

/** The same measure of the ads of one objective alone, over the requests that had one in either answer. */
function byObjective(pairs: readonly Pair[], of: Measure["of"]): readonly Segment[] {
  const objectiveOf = ({ entry }: Pair, ad: AdPosition) =>
    entry.head.objectives[ad.adId] ?? entry.base.objectives[ad.adId];
  const objectives = new Set(
    pairs.flatMap(({ entry: { base, head } }) => [base, head].flatMap((run) => Object.values(run.objectives))),
  );
  return [...objectives].flatMap((objective): readonly Segment[] => {
    const differences = pairs.flatMap((pair) => {
      const sides = [pair.entry.base, pair.entry.head].map((run) => ({
        run,
        ads: (answeredAds(run) ?? []).filter((ad) => objectiveOf(pair, ad) === objective),
      }));
      const [base, head] = sides;
      if (base === undefined || head === undefined || base.ads.length + head.ads.length === 0) return [];
      return [of(head.ads, head.run) - of(base.ads, base.run)];
    });
    if (differences.length === 0) return [];
    return [{ name: `objective ${objective}`, delta: rounded(mean(differences)), n: differences.length }];
  });
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
