/**
 * Random graphs against an interpreter of ten lines: whatever the shape, the conditions, the failures and the order in
 * which answers come back, the compiled plan gives what the definition says, plain and checked.
 */
import {
  CandidateBatch,
  compileGraph,
  createExecutor,
  type EmittedPlan,
  emitPlanModule,
  type Graph,
  IdColumn,
  type RunContext,
} from "@tenon/graph-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { interpret, RANDOM_IDS, randomGraph, randomNodes } from "./random-graphs.ts";
import { runEvents } from "./run-events.ts";
import { Schedule, shuffled } from "./schedule.ts";

/** What `tenon build` would write, loaded. */
async function emittedPlan(declared: Graph): Promise<EmittedPlan> {
  const url = `data:text/javascript;base64,${Buffer.from(emitPlanModule(declared)).toString("base64")}`;
  return (await import(/* @vite-ignore */ url)) as EmittedPlan;
}

async function settled(run: Promise<unknown>): Promise<{ readonly value?: unknown; readonly code?: string }> {
  return run.then(
    (value) => ({ value }),
    (error: { code: string }) => ({ code: error.code }),
  );
}

test("any graph gives what its definition says under any schedule, plain and checked, generated and emitted", async () => {
  await fc.assert(
    fc.asyncProperty(randomNodes, fc.nat(), fc.nat(), async (nodes, seed, request) => {
      const expected = interpret(nodes, request);
      const ads = CandidateBatch.of(IdColumn.from(RANDOM_IDS), {});
      for (const checked of [false, true]) {
        const schedule = new Schedule(shuffled(seed));
        const declared = randomGraph(nodes, schedule.hold);
        // Loading a module takes a while: one run in four takes its plan from a file.
        const emitted = seed % 4 === 0 ? await emittedPlan(declared) : undefined;
        const executor = createExecutor(compileGraph(declared, emitted && { emitted }), { resources: {} });
        const ctx: RunContext = executor.begin({ requestId: "random", checked });
        const run = new Promise((resolve) => resolve(executor.execute({ request, ads }, ctx)));
        const result = await settled(schedule.drive(run));
        if (expected.fails) expect(result.code).toBe("TENON1201");
        else expect(result).toEqual({ value: { all: expected.answers.map((value) => value ?? null) } });
        if (checked && !expected.fails) {
          expect(
            runEvents(executor, ctx).filter((event) => event.endsWith("notRun") || event.endsWith("failed")),
          ).toEqual([]);
        }
        expect(executor.counts.stillRunning).toBeGreaterThanOrEqual(0);
        if (!expected.fails) {
          expect(executor.counts).toMatchObject({ stillRunning: 0, lateResults: 0 });
          expect(ctx.ledger.conserved().breaches).toEqual([]);
        }
        expect(executor.wheel.size).toBe(0);
      }
    }),
    { numRuns: 300 },
  );
});
