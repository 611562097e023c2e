/** Small graphs for tests of the executor: three number slots, a clock moved by hand, and an executor around a graph. */
import { z } from "zod";
import {
  type BeginOptions,
  compileGraph,
  createExecutor,
  type ExecutorOptions,
  type Graph,
  type HostClock,
  slot,
} from "../../src/index.ts";

export const number = (name: string) => slot(name, z.number(), { owner: "team-a" });
export const A = slot("a", z.number(), { owner: "team-a" });
export const B = slot("b", z.number(), { owner: "team-a" });
export const C = slot("c", z.number(), { owner: "team-b" });
export const D = slot("d", z.number(), { owner: "team-b" });
export const Wanted = slot("wanted", z.boolean(), { owner: "team-a" });
export const base = { owner: "team-a", purpose: "a test node" } as const;

/** A promise settled by hand. */
export function byHand<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A clock moved by hand. */
export function manualClock() {
  let nowMs = 1_000;
  let timers: { atMs: number; callback: () => void }[] = [];
  const clock: HostClock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
  };
  const advance = (ms: number): void => {
    const until = nowMs + ms;
    for (;;) {
      const next = timers.filter((timer) => timer.atMs <= until).sort((x, y) => x.atMs - y.atMs)[0];
      if (next === undefined) break;
      timers = timers.filter((timer) => timer !== next);
      nowMs = Math.max(nowMs, next.atMs);
      next.callback();
    }
    nowMs = until;
  };
  return { clock, advance, timers: () => timers.length };
}

export async function turns(count = 10): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

export function open<Request, Response>(
  declared: Graph<Request, Response, never>,
  clock?: HostClock,
  options: Partial<ExecutorOptions<never>> = {},
) {
  const executor = createExecutor(compileGraph(declared), { resources: {}, ...(clock && { clock }), ...options });
  const run = (request: Request, options: Partial<BeginOptions> = {}) => {
    const ctx = executor.begin({ requestId: "r1", ...options });
    return { ctx, result: executor.execute(request, ctx) };
  };
  return { executor, run };
}

/** For tests that hold for plain and checked runs alike. */
export const both = [false, true];
