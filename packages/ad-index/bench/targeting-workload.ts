/**
 * Seeded targets and users of the size at which matching is judged: six attributes from 3 to 20,000 values, 1.26 conjunctions per
 * ad, users with 12 interests and 8 keywords. About 4.3 % of the ads match a user. Every value is as likely as any other.
 */
import {
  matchesTargeting,
  type TargetingAssignment,
  type TargetingAttribute,
  type TargetingConjunction,
  type TargetingExpression,
  type TargetingPredicate,
} from "@tenon/ads-model";
import { type Random, randomStream } from "@tenon/marketplace";
import { countBits, hasBit, wordsFor } from "../src/bits/bitset.ts";
import type { Section } from "../src/files/index.ts";
import { TargetingIndex } from "../src/targeting/targeting-index.ts";

interface AttributeShape {
  readonly attribute: TargetingAttribute;
  /** Distinct values. */
  readonly values: number;
  /** Share of conjunctions that constrain it. */
  readonly constrained: number;
  /** Most values of one predicate; the least is 1. */
  readonly listedMax: number;
  /** Share of its predicates that exclude. */
  readonly excluding: number;
  /** Values a user has. */
  readonly known: number;
}

const SHAPES: readonly AttributeShape[] = [
  { attribute: "country", values: 60, constrained: 0.8, listedMax: 3, excluding: 0, known: 1 },
  { attribute: "ageBracket", values: 7, constrained: 0.4, listedMax: 4, excluding: 0, known: 1 },
  { attribute: "device", values: 4, constrained: 0.3, listedMax: 2, excluding: 0, known: 1 },
  { attribute: "gender", values: 3, constrained: 0.25, listedMax: 1, excluding: 0, known: 1 },
  { attribute: "interest", values: 400, constrained: 0.55, listedMax: 5, excluding: 0.1, known: 12 },
  { attribute: "keyword", values: 20_000, constrained: 0.45, listedMax: 9, excluding: 0.1, known: 8 },
];

/** Shares of ads with two and with three conjunctions; together 0.26 conjunctions beyond the first. */
const SECOND_CONJUNCTION = 0.2;
const THIRD_CONJUNCTION = 0.03;

export interface TargetingWorkload {
  readonly expressions: readonly TargetingExpression[];
  readonly users: readonly TargetingAssignment[];
}

export function targetingWorkload(size: { ads: number; users: number; seed: number }): TargetingWorkload {
  const { ads, users, seed } = size;
  return {
    expressions: Array.from({ length: ads }, (_, row) => expressionOf(randomStream(seed, "target", row))),
    users: Array.from({ length: users }, (_, row) => userOf(randomStream(seed, "user", row))),
  };
}

function expressionOf(random: Random): TargetingExpression {
  const chance = random.unit();
  const conjunctions = 1 + Number(chance < SECOND_CONJUNCTION + THIRD_CONJUNCTION) + Number(chance < THIRD_CONJUNCTION);
  return {
    whenMissing: random.chance(0.5) ? "weak" : "strong",
    conjunctions: Array.from({ length: conjunctions }, () => conjunctionOf(random)),
  };
}

function conjunctionOf(random: Random): TargetingConjunction {
  return SHAPES.filter(({ constrained }) => random.chance(constrained)).map(
    (shape) =>
      ({
        attribute: shape.attribute,
        operator: random.chance(shape.excluding) ? "notIn" : "in",
        values: distinctValues(shape, 1 + random.below(shape.listedMax), random),
      }) as unknown as TargetingPredicate,
  );
}

function userOf(random: Random): TargetingAssignment {
  return Object.fromEntries(SHAPES.map((shape) => [shape.attribute, distinctValues(shape, shape.known, random)]));
}

function distinctValues({ attribute, values }: AttributeShape, count: number, random: Random): string[] {
  const chosen = new Set<string>();
  while (chosen.size < count) chosen.add(`${attribute}-${random.below(values)}`);
  return [...chosen];
}

export interface TargetingMeasurement {
  readonly ads: number;
  readonly conjunctions: number;
  /** Users matched per second of CPU time of one core. */
  readonly usersPerSecond: number;
  /** The same by evaluating every expression. */
  readonly bruteForceUsersPerSecond: number;
  /** Ads per user on average. */
  readonly matchesMean: number;
  /** Ads on which index and evaluation differ, over all users that were evaluated. */
  readonly mismatches: number;
  readonly buildMs: number;
  /** Time to make the index of its sections, and their size. */
  readonly loadMs: number;
  readonly bytesPerAd: number;
}

/** `users` are matched in turn until `measureMs` of CPU time are spent; the first `evaluated` of them are also evaluated. */
export function measureTargeting(
  { expressions, users }: TargetingWorkload,
  { measureMs, evaluated }: { measureMs: number; evaluated: number },
): TargetingMeasurement {
  const building = cpuMs();
  const built = TargetingIndex.of(expressions);
  const buildMs = cpuMs() - building;
  const sections = built.toSections();
  const loading = cpuMs();
  const index = TargetingIndex.fromSections(sections, expressions.length);
  const loadMs = cpuMs() - loading;
  const into = new Int32Array(wordsFor(expressions.length));
  let matches = 0;
  for (const user of users) {
    index.match(user, into);
    matches += countBits(into);
  }

  let matched = 0;
  const start = cpuMs();
  let spentMs = 0;
  while (spentMs < measureMs) {
    for (const user of users) index.match(user, into);
    matched += users.length;
    spentMs = cpuMs() - start;
  }

  const checked = users.slice(0, evaluated);
  let mismatches = 0;
  let bruteMs = 0;
  for (const user of checked) {
    const before = cpuMs();
    const truth = expressions.map((expression) => matchesTargeting(expression, user));
    bruteMs += cpuMs() - before;
    index.match(user, into);
    mismatches += truth.filter((matching, row) => matching !== hasBit(into, row)).length;
  }
  return {
    ads: expressions.length,
    conjunctions: expressions.reduce((sum, { conjunctions }) => sum + conjunctions.length, 0),
    usersPerSecond: (1_000 * matched) / spentMs,
    bruteForceUsersPerSecond: (1_000 * checked.length) / bruteMs,
    matchesMean: matches / users.length,
    mismatches,
    buildMs,
    loadMs,
    bytesPerAd: Object.values(sections).reduce((sum, section) => sum + bytesOf(section), 0) / expressions.length,
  };
}

function bytesOf(section: Section): number {
  return typeof section === "string" ? Buffer.byteLength(section) : section.byteLength;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
