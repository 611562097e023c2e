import { atLeast, atMost, type Gate, percent } from "./gate.ts";

export interface StandardBounds {
  /** Documents a base must have whatever served before. Default 1. */
  readonly documentsMin?: number;
  /** Largest share by which it may have more documents than the current base. Default 0.5. */
  readonly growthMax?: number;
  /** Largest share by which it may have fewer. Default 0.1. */
  readonly shrinkMax?: number;
  /** Largest rise of the share of empty values in any column, as a share of all documents. Default 0.02. */
  readonly nullRiseMax?: number;
  /** Least share of documents that hold something in a column without which an ad cannot serve. */
  readonly coverageMin?: Readonly<Record<string, number>>;
  /** Largest share of ads that no vector search finds. Default 0.01. */
  readonly withoutVectorMax?: number;
}

/** Columns without which an ad is never shown, or shown for nothing. */
export const CRITICAL_COVERAGE: Readonly<Record<string, number>> = {
  "bid.micros": 0.999,
  "budget.lifetime": 0.999,
  "targeting.conjunctions": 0.999,
  landingUrl: 1,
  title: 1,
};

/** Row count, empty values, coverage, vectors, and a watermark that does not go back. */
export function standardGates(bounds: StandardBounds = {}): readonly Gate[] {
  const { documentsMin = 1, growthMax = 0.5, shrinkMax = 0.1, nullRiseMax = 0.02 } = bounds;
  const { coverageMin = CRITICAL_COVERAGE, withoutVectorMax = 0.01 } = bounds;
  return [
    documentCount({ documentsMin, growthMax, shrinkMax }),
    nullRise(nullRiseMax),
    coverage(coverageMin),
    withoutVector(withoutVectorMax),
    watermark,
  ];
}

function documentCount(bounds: {
  readonly documentsMin: number;
  readonly growthMax: number;
  readonly shrinkMax: number;
}): Gate {
  return ({ statistics: { documentCount: found }, current }) => {
    const before = current?.statistics.documentCount;
    const least = Math.max(bounds.documentsMin, before === undefined ? 0 : Math.ceil(before * (1 - bounds.shrinkMax)));
    const most = before === undefined ? Number.MAX_SAFE_INTEGER : Math.floor(before * (1 + bounds.growthMax));
    const against = before === undefined ? "the first base" : `${before} in base "${current?.name}"`;
    const detail = `${found} documents, ${against}`;
    return [
      atLeast("document-count-least", found, least, detail),
      ...(before === undefined ? [] : [atMost("document-count-most", found, most, detail)]),
    ];
  };
}

/** One result: the column that rose most. */
function nullRise(riseMax: number): Gate {
  return ({ statistics, current }) => {
    if (current === undefined) return [];
    let worst = { name: "none", rise: 0, before: 0, now: 0 };
    for (const name of Object.keys({ ...current.statistics.nulls, ...statistics.nulls })) {
      const now = share(statistics.nulls[name], statistics.documentCount);
      // A column that is not there at all is empty everywhere; one that is new has no past to be compared with.
      const isGone = statistics.nulls[name] === undefined;
      const past = current.statistics.nulls[name];
      if (past === undefined) continue;
      const before = share(past, current.statistics.documentCount);
      const rise = (isGone ? 1 : now) - before;
      if (rise > worst.rise) worst = { name, rise, before, now: isGone ? 1 : now };
    }
    const detail =
      worst.rise === 0
        ? "no column is emptier than before"
        : `column "${worst.name}" is empty in ${percent(worst.now)} of documents, before in ${percent(worst.before)}`;
    return [atMost("null-rise", worst.rise, riseMax, detail)];
  };
}

function coverage(coverageMin: Readonly<Record<string, number>>): Gate {
  return ({ statistics: { nulls, documentCount: count } }) =>
    Object.entries(coverageMin).map(([name, least]) => {
      const covered = nulls[name] === undefined ? 0 : 1 - share(nulls[name], count);
      return atLeast(
        `coverage of ${name}`,
        covered,
        least,
        `${percent(covered)} of documents have it, ${percent(least)} must`,
      );
    });
}

function withoutVector(most: number): Gate {
  return ({ statistics: { withoutVector: found, documentCount: count } }) => {
    const value = share(found, count);
    return [
      atMost("without-vector", value, most, `${percent(value)} of ads have no vector, at most ${percent(most)} may`),
    ];
  };
}

const watermark: Gate = ({ watermark: { position }, current }) => {
  if (current === undefined) return [];
  const behind = BigInt(current.watermark.position) - BigInt(position);
  const detail = `watermark ${position}, ${current.watermark.position} in base "${current.name}"`;
  return [atMost("watermark-behind", Number(behind > 0n ? behind : 0n), 0, detail)];
};

function share(count: number | undefined, of: number): number {
  return of === 0 ? 0 : (count ?? 0) / of;
}
