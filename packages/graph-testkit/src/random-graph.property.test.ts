/**
 * Random graphs against an interpreter of ten lines: whatever the shape, the conditions, the failures and the order in
 * which answers come back, the compiled plan gives what the definition says, plain and checked.
 */
import {
  type AnySlot,
  compileGraph,
  createExecutor,
  type Graph,
  graph,
  type Node,
  node,
  type RunContext,
  slot,
} from "@tenon/graph-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { runEvents } from "./run-events.ts";
import { Schedule, shuffled } from "./schedule.ts";

/** One node of a random graph; node i may read nodes before it. */
interface Plan {
  readonly async: boolean;
  readonly onFailure: "failRequest" | "omit" | "fallback";
  readonly fails: boolean;
  /** Numbers of nodes it reads, -1 for the request. */
  readonly reads: readonly number[];
  /** Number of the node whose parity decides whether it runs, if any. */
  readonly when: number | undefined;
}

const SIZE_MAX = 12;

const plans: fc.Arbitrary<readonly Plan[]> = fc
  .array(
    fc.record({
      async: fc.boolean(),
      onFailure: fc.constantFrom("failRequest" as const, "omit" as const, "fallback" as const),
      fails: fc.integer({ min: 0, max: 5 }).map((draw) => draw === 0),
      reads: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      when: fc.option(fc.nat(), { nil: undefined, freq: 3 }),
    }),
    { minLength: 1, maxLength: SIZE_MAX },
  )
  .map((drawn) =>
    drawn.map((each, at) => ({
      ...each,
      reads: [...new Set(each.reads.map((read) => (read % (at + 1)) - 1))],
      when: each.when === undefined || at === 0 ? undefined : each.when % at,
    })),
  );

const token = (name: string, schema: z.ZodType): AnySlot => slot(name, schema, { owner: "team" });
const Request = token("request", z.number());

function valueOf(at: number, inputs: readonly (number | undefined)[]): number {
  return inputs.reduce<number>(
    (sum, input, position) => (sum * 31 + (input ?? 7) * (position + 1) + at) % 1_000_003,
    at + 1,
  );
}

/** The definition, run one node after the other: what every schedule must agree with. */
function interpret(
  nodes: readonly Plan[],
  request: number,
): { readonly values: readonly (number | undefined)[]; readonly fails: boolean } {
  const values: (number | undefined)[] = [];
  let fails = false;
  for (const [at, each] of nodes.entries()) {
    const inputs = each.reads.map((read) => (read === -1 ? request : values[read]));
    const wanted = each.when === undefined || isOdd(values[each.when]);
    if (!wanted) values.push(undefined);
    else if (!each.fails) values.push(valueOf(at, inputs));
    else if (each.onFailure === "fallback") values.push(-at - 1);
    else {
      values.push(undefined);
      fails ||= each.onFailure === "failRequest";
    }
  }
  return { values, fails };
}

const isOdd = (value: number | undefined): boolean => value !== undefined && value % 2 !== 0;

/** Every node writes its number and its parity; all reads but the request's are soft, so that any of them may be absent. */
function declare(
  nodes: readonly Plan[],
  hold: <Value>(answer: () => Value) => Promise<Awaited<Value>>,
): Graph<{ readonly request: number }, { readonly all: unknown }, never> {
  const numbers = nodes.map((_, at) => token(`n${at}`, z.number()));
  const parities = nodes.map((_, at) => token(`odd${at}`, z.boolean()));
  const All = token("all", z.array(z.number().nullable()));
  const made: Record<string, Node> = {};
  nodes.forEach((each, at) => {
    const work = (inputs: Readonly<Record<string, number | undefined>>) => {
      if (each.fails) throw new Error(`node ${at} fails`);
      const value = valueOf(
        at,
        each.reads.map((read) => (read === -1 ? inputs["request"] : inputs[`n${read}`])),
      );
      return { [`n${at}`]: value, [`odd${at}`]: isOdd(value) };
    };
    made[`node${at}`] = node({
      owner: "team",
      purpose: "a random node",
      reads: each.reads.includes(-1) ? [Request] : [],
      soft: each.reads.filter((read) => read !== -1).map((read) => numbers[read] as AnySlot),
      writes: [numbers[at] as AnySlot, parities[at] as AnySlot],
      ...(each.when !== undefined && { when: parities[each.when] as AnySlot }),
      async: each.async,
      onFailure:
        each.onFailure === "fallback"
          ? { fallback: { [`n${at}`]: -at - 1, [`odd${at}`]: isOdd(-at - 1) } }
          : each.onFailure,
      run: (each.async ? (inputs: never) => hold(() => work(inputs)) : work) as never,
    } as never) as Node;
  });
  made["collect"] = node({
    owner: "team",
    purpose: "everything there is",
    reads: [Request],
    soft: [...numbers, ...parities],
    writes: [All],
    run: ((inputs: Readonly<Record<string, number | undefined>>) => ({
      all: nodes.map((_, at) => inputs[`n${at}`] ?? null),
    })) as never,
  } as never) as Node;
  return graph({ name: "random", owner: "team", request: [Request], nodes: made, respond: [All] } as never) as never;
}

async function settled(run: Promise<unknown>): Promise<{ readonly value?: unknown; readonly code?: string }> {
  return run.then(
    (value) => ({ value }),
    (error: { code: string }) => ({ code: error.code }),
  );
}

test("any graph gives what its definition says under any schedule, plain and checked", async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.nat(), fc.nat(), async (nodes, seed, request) => {
      const expected = interpret(nodes, request);
      for (const checked of [false, true]) {
        const schedule = new Schedule(shuffled(seed));
        const executor = createExecutor(compileGraph(declare(nodes, schedule.hold)), { resources: {} });
        const ctx: RunContext = executor.begin({ requestId: "random", checked });
        const run = new Promise((resolve) => resolve(executor.execute({ request }, ctx)));
        const result = await settled(schedule.drive(run));
        if (expected.fails) expect(result.code).toBe("TENON1201");
        else expect(result).toEqual({ value: { all: expected.values.map((value) => value ?? null) } });
        if (checked && !expected.fails) {
          expect(
            runEvents(executor, ctx).filter((event) => event.endsWith("notRun") || event.endsWith("failed")),
          ).toEqual([]);
        }
        expect(executor.counts.stillRunning).toBeGreaterThanOrEqual(0);
        expect(executor.wheel.size).toBe(0);
      }
    }),
    { numRuns: 300 },
  );
});
