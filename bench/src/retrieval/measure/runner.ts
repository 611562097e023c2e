/** What is measured, in this process or another: something that answers the first so many queries of a purpose at a point. */
import { type Contender, cpuMs } from "../contenders/contender.ts";
import type { QueryPurpose } from "../data/clustered.ts";
import type { Ask, Point } from "../data/workload.ts";

/** The answers to the first queries of a purpose, in their order. */
export interface Batch {
  /** Ids of each query's answer, best first. */
  readonly found: readonly ArrayLike<number>[];
  /** Wall time of each query, µs. */
  readonly micros: readonly number[];
  /** CPU time of the batch, ms. */
  readonly cpuMs: number;
}

/** A runner at one point; its filters are loaded. */
export interface Session {
  ask(purpose: QueryPurpose, setting: number, queries: number): Promise<Batch>;
}

export interface Runner {
  readonly name: string;
  /** Settings to try, cheapest first. `matches`: ads that pass, on average. */
  settings(matches: number): readonly number[];
  open(point: Point): Promise<Session>;
}

interface ReadyAsk {
  readonly query: unknown;
  readonly prepared: unknown;
}

export function inThisProcess(contender: Contender): Runner {
  const ready = (asks: readonly Ask[]): readonly ReadyAsk[] =>
    asks.map(({ query, filter }) => ({ query: contender.queryOf(query), prepared: contender.prepare(filter) }));
  return {
    name: contender.name,
    settings: (matches) => contender.settings(matches),
    open: (point) => {
      contender.open?.(point);
      const asks = { tuning: ready(point.tuning), reporting: ready(point.reporting) };
      return Promise.resolve({
        ask: (purpose, setting, queries) => askAll(contender, asks[purpose].slice(0, queries), setting),
      });
    },
  };
}

async function askAll(contender: Contender, asks: readonly ReadyAsk[], setting: number): Promise<Batch> {
  const found: ArrayLike<number>[] = [];
  const micros: number[] = [];
  const before = cpuMs();
  for (const { query, prepared } of asks) {
    const from = performance.now();
    const answer = contender.search(query, prepared, setting);
    found.push(answer instanceof Promise ? await answer : answer);
    micros.push((performance.now() - from) * 1_000);
  }
  return { found, micros, cpuMs: cpuMs() - before };
}
