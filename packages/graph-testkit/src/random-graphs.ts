/**
 * Random graphs, for properties: numbers, filters and maps, sync and async, with conditions, failures, retries, fallbacks
 * and subgraphs; and an interpreter of ten lines that says what a graph must give.
 */
import {
  type AnySlot,
  type CandidateBatch,
  candidateBatchSchema,
  columnSchema,
  drop,
  F64Column,
  filter,
  type Graph,
  graph,
  map,
  type Node,
  node,
  type Part,
  slot,
  subgraph,
} from "@tenon/graph-core";
import fc from "fast-check";
import { z } from "zod";

/** One node of a random graph; node i may read nodes before it. */
export interface RandomNode {
  /** A number node computes; a filter and a map work on candidates, which numbers do not read. */
  readonly kind: "number" | "filter" | "map";
  readonly async: boolean;
  /** A filter keeps all for "omit" and drops all for "fallback"; a map omits for both. */
  readonly onFailure: "failRequest" | "omit" | "fallback";
  /** How many of its first attempts fail. */
  readonly failures: number;
  /** Attempts after the first; only async nodes are tried again. */
  readonly retries: number;
  /** How many subgraphs it stands in, one in the other. */
  readonly depth: number;
  /** Number of the filter whose kept candidates it works on, -1 for those of the request. */
  readonly of: number;
  /** Numbers of nodes it reads, -1 for the request. */
  readonly reads: readonly number[];
  /** Number of the node whose parity decides whether it runs, if any. */
  readonly when: number | undefined;
}

const SIZE_MAX = 12;

export const randomNodes: fc.Arbitrary<readonly RandomNode[]> = fc
  .array(
    fc.record({
      async: fc.boolean(),
      onFailure: fc.constantFrom("failRequest" as const, "omit" as const, "fallback" as const),
      kind: fc.constantFrom("number" as const, "number" as const, "filter" as const, "map" as const),
      failures: fc.constantFrom(0, 0, 0, 0, 1, 2, Number.POSITIVE_INFINITY),
      retries: fc.integer({ min: 0, max: 2 }),
      depth: fc.constantFrom(0, 0, 1, 2),
      of: fc.nat(),
      reads: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      when: fc.option(fc.nat(), { nil: undefined, freq: 3 }),
    }),
    { minLength: 1, maxLength: SIZE_MAX },
  )
  .map((drawn) =>
    drawn.map((each, at) => {
      // Only numbers are read, and only a filter that always runs is worked on by others.
      const numbers = [-1, ...drawn.keys()].filter(
        (other) => other < at && drawn[other]?.kind !== "filter" && drawn[other]?.kind !== "map",
      );
      const deciding = numbers.slice(1);
      const batches = [-1, ...drawn.keys()].filter(
        (other) => other === -1 || (other < at && drawn[other]?.kind === "filter" && drawn[other].when === undefined),
      );
      return {
        ...each,
        retries: each.async ? each.retries : 0,
        reads: [...new Set(each.reads.map((read) => numbers[read % numbers.length] as number))],
        when: each.when === undefined || deciding.length === 0 ? undefined : deciding[each.when % deciding.length],
        of: batches[each.of % batches.length] as number,
      };
    }),
  );

/** Any text where teams are not narrowed; the cast is for projects that narrow them. */
const OWNER = "team" as never;
const token = (name: string, schema: z.ZodType): AnySlot => slot(name, schema, { owner: OWNER });
const Request = token("request", z.number());
const batchSlot = (name: string) => slot(name, candidateBatchSchema({}), { owner: OWNER });
const Ads = batchSlot("ads");
export const RANDOM_IDS = Array.from({ length: 10 }, (_, at) => at + 1);
const drops = (at: number, id: number): boolean => (id * 7 + at) % 3 === 0;
const scoreOf = (at: number, id: number): number => id * 100 + at;
const failsAt = (each: RandomNode): boolean => each.failures > each.retries;

function numberOf(at: number, inputs: readonly (number | undefined)[]): number {
  return inputs.reduce<number>(
    (sum, input, position) => (sum * 31 + (input ?? 7) * (position + 1) + at) % 1_000_003,
    at + 1,
  );
}

/** The definition, run one node after the other: what every schedule must agree with. */
export function interpret(
  nodes: readonly RandomNode[],
  request: number,
): { readonly answers: readonly (number | readonly number[] | undefined)[]; readonly fails: boolean } {
  const values: (number | undefined)[] = [];
  const answers: (number | readonly number[] | undefined)[] = [];
  const kept: (readonly number[])[] = [];
  let fails = false;
  for (const [at, each] of nodes.entries()) {
    const inputs = each.reads.map((read) => (read === -1 ? request : values[read]));
    const wanted = each.when === undefined || isOdd(values[each.when]);
    if (each.kind !== "number") {
      const ids = each.of === -1 ? RANDOM_IDS : (kept[each.of] as readonly number[]);
      const failed = wanted && failsAt(each);
      fails ||= failed && each.onFailure === "failRequest";
      const instead =
        each.kind === "map" || each.onFailure === "failRequest" ? undefined : each.onFailure === "omit" ? ids : [];
      const work = () => (each.kind === "map" ? ids.map((id) => scoreOf(at, id)) : ids.filter((id) => !drops(at, id)));
      const answer = !wanted ? undefined : failed ? instead : work();
      if (each.kind === "filter") kept[at] = answer ?? [];
      values.push(undefined);
      answers.push(answer);
      continue;
    }
    if (!wanted) values.push(undefined);
    else if (!failsAt(each)) values.push(numberOf(at, inputs));
    else if (each.onFailure === "fallback") values.push(-at - 1);
    else {
      values.push(undefined);
      fails ||= each.onFailure === "failRequest";
    }
    answers.push(values[at]);
  }
  return { answers, fails };
}

const isOdd = (value: number | undefined): boolean => value !== undefined && value % 2 !== 0;

/** Every node writes its number and its parity; all reads but the request's are soft, so that any of them may be absent. */
export function randomGraph(
  nodes: readonly RandomNode[],
  hold: <Value>(answer: () => Value) => Promise<Awaited<Value>>,
): Graph<{ readonly request: number; readonly ads: CandidateBatch }, { readonly all: unknown }, never> {
  const numbers = nodes.map((_, at) => token(`n${at}`, z.number()));
  const parities = nodes.map((_, at) => token(`odd${at}`, z.boolean()));
  const batches = nodes.map((_, at) => batchSlot(`kept${at}`));
  const columns = nodes.map((_, at) => token(`column${at}`, columnSchema("f64")));
  const All = token("all", z.array(z.union([z.number(), z.array(z.number()), z.null()])));
  const made: Record<string, Part> = {};
  nodes.forEach((each, at) => {
    let attempts = 0;
    const attempt = <Value>(answer: () => Value): Value => {
      if (++attempts <= each.failures) throw new Error(`node ${at} fails`);
      return answer();
    };
    const shared = {
      owner: "team",
      purpose: "a random node",
      ...(each.when !== undefined && { when: parities[each.when] as AnySlot }),
      async: each.async,
      ...(each.retries > 0 && { retry: { attemptsMax: each.retries } }),
    };
    if (each.kind !== "number") {
      made[`node${at}`] = nested(
        candidateNode(each, at, shared, (answer) => (each.async ? hold(() => attempt(answer)) : attempt(answer))),
        each.depth,
      );
      return;
    }
    const work = (inputs: Readonly<Record<string, number | undefined>>) =>
      attempt(() => {
        const value = numberOf(
          at,
          each.reads.map((read) => (read === -1 ? inputs["request"] : inputs[`n${read}`])),
        );
        return { [`n${at}`]: value, [`odd${at}`]: isOdd(value) };
      });
    made[`node${at}`] = nested(
      node({
        ...shared,
        reads: each.reads.includes(-1) ? [Request] : [],
        soft: each.reads.filter((read) => read !== -1).map((read) => numbers[read] as AnySlot),
        writes: [numbers[at] as AnySlot, parities[at] as AnySlot],
        onFailure:
          each.onFailure === "fallback"
            ? { fallback: { [`n${at}`]: -at - 1, [`odd${at}`]: isOdd(-at - 1) } }
            : each.onFailure,
        run: (each.async ? (inputs: never) => hold(() => work(inputs)) : work) as never,
      } as never) as Node,
      each.depth,
    );
  });

  function candidateNode(each: RandomNode, at: number, shared: object, answer: (work: () => unknown) => unknown): Node {
    const of = each.of === -1 ? Ads : (batches[each.of] as typeof Ads);
    const batchOf = (inputs: Readonly<Record<string, CandidateBatch>>) => inputs[of.name] as CandidateBatch;
    if (each.kind === "filter") {
      const policies = { failRequest: "failRequest", omit: "keepAll", fallback: { dropAll: "down" } };
      const verdictOn = (batch: CandidateBatch) => (row: number) =>
        drops(at, batch.ids.at(row)) ? drop("drawn") : undefined;
      const run = (inputs: Readonly<Record<string, CandidateBatch>>) => answer(() => verdictOn(batchOf(inputs)));
      return filter({ ...shared, of, kept: batches[at], onFailure: policies[each.onFailure], run } as never) as Node;
    }
    const onFailure = each.onFailure === "failRequest" ? "failRequest" : "omit";
    const column = (batch: CandidateBatch) => F64Column.fill(batch.size, (row) => scoreOf(at, batch.ids.at(row)));
    const run = (inputs: Readonly<Record<string, CandidateBatch>>) =>
      answer(() => ({ [`column${at}`]: column(batchOf(inputs)) }));
    return map({ ...shared, of, writes: [columns[at]], onFailure, run } as never) as Node;
  }

  made["collect"] = node({
    owner: "team",
    purpose: "everything there is",
    reads: [Request],
    soft: nodes.flatMap(({ kind }, at): AnySlot[] =>
      kind === "number"
        ? [numbers[at] as AnySlot, parities[at] as AnySlot]
        : [(kind === "map" ? columns : batches)[at] as AnySlot],
    ),
    writes: [All],
    run: ((inputs: Readonly<Record<string, unknown>>) => ({
      all: nodes.map(({ kind }, at) => {
        if (kind === "number") return inputs[`n${at}`] ?? null;
        if (kind === "map") return rowsOf(inputs[`column${at}`] as F64Column | undefined);
        return rowsOf((inputs[`kept${at}`] as CandidateBatch | undefined)?.ids);
      }),
    })) as never,
  } as never) as Node;
  const request = nodes.some(({ kind }) => kind !== "number") ? [Request, Ads] : [Request];
  return graph({ name: "random", owner: "team", request, nodes: made, respond: [All] } as never) as never;
}

/** The node alone in `depth` subgraphs, of which only what it reads and writes is visible. */
function nested(inner: Node, depth: number): Part {
  const { reads, soft, writes, when } = inner.definition;
  const visible = [...reads, ...soft, ...(when === undefined ? [] : [when])];
  let part: Part = inner;
  for (let level = 0; level < depth; level++) {
    part = subgraph({
      owner: "team",
      purpose: "a random subgraph",
      in: visible,
      nodes: { inner: part },
      out: writes,
    } as never) as Part;
  }
  return part;
}

function rowsOf(column: { readonly length: number; at(row: number): number } | undefined): readonly number[] | null {
  return column === undefined ? null : Array.from({ length: column.length }, (_, row) => column.at(row));
}
