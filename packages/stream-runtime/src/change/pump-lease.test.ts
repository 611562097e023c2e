/** Who pumps, by hand-driven time: one at a time, another within a bounded time after its end, nobody for ever. */
import { VirtualClock } from "@tenon/event-log/simulation";
import { testDatabase } from "@tenon/postgres/testing";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { MemoryPumpLeases } from "./memory-pump-leases.ts";
import { PostgresWorkStore } from "./postgres-work-store.ts";
import { PumpLease, type PumpLeases } from "./pump-lease.ts";

const { database, drop } = await testDatabase();
afterAll(drop);
const store = new PostgresWorkStore(database);
await store.prepare();

const bindings: readonly (readonly [name: string, leases: PumpLeases])[] = [
  ["memory", new MemoryPumpLeases({ nowMs: () => 0 })],
  ["postgres", store.pumps],
];

describe.each(bindings)("%s", (_, leases) => {
  const consumer = "handlers";
  const take = async (owner: string, leaseMs: number, of = consumer) =>
    (await leases.take({ consumer: of, owner, leaseMs }))?.epoch;

  test("a lease that runs is nobody else's; one that was let go, or has lapsed, goes on under a higher epoch", async () => {
    expect(await take("one", 60_000)).toBe(1n);
    expect(await take("other", 60_000)).toBeUndefined();
    expect(await take("one", 60_000)).toBeUndefined();
    expect(await take("other", 60_000, "another_consumer")).toBe(1n);
    expect(await leases.extend({ consumer, epoch: 1n, leaseMs: 60_000 })).toBe(true);
    await leases.release({ consumer, epoch: 1n });
    expect(await take("other", 0)).toBe(2n);
    expect(await leases.extend({ consumer, epoch: 1n, leaseMs: 60_000 })).toBe(false);
    // Lapsed at once, and nobody has taken it: still its own.
    expect(await leases.extend({ consumer, epoch: 2n, leaseMs: 0 })).toBe(true);
    expect(await take("one", 60_000)).toBe(3n);
    // What an old holder lets go is not its any more.
    await leases.release({ consumer, epoch: 2n });
    expect(await take("other", 60_000)).toBeUndefined();
  });
});

const LEASE_MS = 900;
const BEAT_MS = 300;
const STEP_MS_MAX = 5_000;
/** An answer of the store is under way for so long at most. */
const ANSWER_MS = 250;
const NEVER = new Promise<never>(() => undefined);

/** `unplugged`: it does nothing any more, and the store has not heard of its end. `absent`: the store takes it for ended, and it lives. */
type Fate = "alive" | "killed" | "unplugged" | "absent" | "cutOff" | "hanging";

interface Process {
  fate: Fate;
  readonly lease: PumpLease;
  readonly stop: AbortController;
  /** Lets go of what the store thinks it holds, as at the end of its presence. */
  readonly leave: () => Promise<void>;
}

const isDead = (fate: Fate) => fate === "killed" || fate === "unplugged";

/** Processes that want to pump, and who of them believes that it does. */
class Pumps {
  readonly clock = new VirtualClock();
  readonly leases = new MemoryPumpLeases(this.clock);
  readonly processes: Process[] = [];
  /** Two that believed it at the same time. */
  isShared = false;
  readonly #answersMs: readonly number[];
  #answers = 0;

  /** @param answersMs how long answers of the store take, in turn */
  constructor(answersMs: readonly number[] = [ANSWER_MS]) {
    this.#answersMs = answersMs;
  }

  start(): void {
    const { clock, leases } = this;
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
    const reached = async <Result>(call: () => Promise<Result>): Promise<Result> => {
      if (isDead(process.fate)) return NEVER;
      if (process.fate === "cutOff") throw new Error("the store is away");
      const result = await call();
      await sleep(this.#answersMs[this.#answers++ % this.#answersMs.length] ?? 0);
      return result;
    };
    let presence = new AbortController();
    let epoch = 0n;
    const lease = new PumpLease({
      leases: {
        take: (wanted) =>
          reached(async () => {
            const { signal: lost } = presence;
            const taken = await leases.take(wanted);
            if (taken !== undefined) epoch = taken.epoch;
            return taken && { epoch, lost };
          }),
        extend: (held) => reached(() => leases.extend(held)),
        release: (held) => reached(() => leases.release(held)),
      },
      ...{ consumer: "handlers", owner: "a test", leaseMs: LEASE_MS, stepMsMax: STEP_MS_MAX, clock },
    });
    const leave = async () => {
      presence.abort();
      presence = new AbortController();
      await leases.release({ consumer: "handlers", epoch });
    };
    const process: Process = { fate: "alive", lease, stop: new AbortController(), leave };
    this.processes.push(process);
    const { signal } = process.stop;
    const run = async () => {
      while (!signal.aborted && !isDead(process.fate)) {
        const wasHeld = await lease
          .during(signal, async (tenure) => {
            while (!tenure.aborted && !isDead(process.fate)) {
              await sleep(20);
              while (process.fate === "hanging") await sleep(20);
              lease.stepped();
              if (this.holders.length > 1) this.isShared = true;
            }
          })
          .catch(() => false);
        if (!wasHeld) await sleep(lease.beatMs);
      }
    };
    void run();
  }

  get holders() {
    return this.processes.filter(({ fate, lease }) => !isDead(fate) && lease.isHeld);
  }

  async meets(process: Process, fate: Fate): Promise<void> {
    process.fate = fate === "absent" ? "alive" : fate;
    if (fate === "killed" || fate === "absent") await process.leave();
  }
}

test.each<[what: string, fate: Fate]>([
  ["is killed", "killed"],
  ["the store takes for ended", "absent"],
])("after a holder that %s another one pumps at its next look", async (_, fate) => {
  const pumps = new Pumps();
  for (let started = 0; started < 3; started++) pumps.start();
  await pumps.clock.runFor(10_000);
  const [first] = pumps.holders;
  if (first === undefined) throw new Error("nobody pumps");
  await pumps.meets(first, fate);
  expect(pumps.holders).toEqual([]);
  await pumps.clock.runFor(BEAT_MS + 2 * ANSWER_MS);
  expect(pumps.holders).toHaveLength(1);
  expect(pumps.isShared).toBe(false);
});

test.each<[what: string, fate: Fate, withinMs: number]>([
  ["goes without a word", "unplugged", LEASE_MS + BEAT_MS + 2 * ANSWER_MS],
  ["cannot reach the store", "cutOff", LEASE_MS + BEAT_MS + 2 * ANSWER_MS],
  ["hangs in a step", "hanging", STEP_MS_MAX + LEASE_MS + 2 * BEAT_MS + 2 * ANSWER_MS],
])("after a holder that %s another one pumps within a bounded time", async (_, fate, withinMs) => {
  const pumps = new Pumps();
  for (let started = 0; started < 3; started++) pumps.start();
  await pumps.clock.runFor(10_000);
  const [first, ...others] = pumps.holders;
  expect(others).toEqual([]);
  if (first === undefined) throw new Error("nobody pumps");
  await pumps.meets(first, fate);
  await pumps.clock.runFor(LEASE_MS - BEAT_MS - ANSWER_MS - 40);
  expect(pumps.holders.every((each) => each === first)).toBe(true);
  await pumps.clock.runFor(withinMs);
  const next = pumps.holders;
  expect(next).toHaveLength(1);
  expect(next[0]).not.toBe(first);
  expect(pumps.isShared).toBe(false);
});

test("a holder that is stopped lets go: another one need not wait for the end of its lease", async () => {
  const pumps = new Pumps();
  pumps.start();
  pumps.start();
  await pumps.clock.runFor(1_000);
  pumps.holders[0]?.stop.abort();
  await pumps.clock.runFor(BEAT_MS + 3 * ANSWER_MS);
  expect(pumps.holders).toHaveLength(1);
});

test("a holder that is told that its lease is another's stops at once, whatever its own clock says", async () => {
  const clock = new VirtualClock();
  const leases: PumpLeases = {
    take: async () => ({ epoch: 1n, lost: new AbortController().signal }),
    extend: async () => false,
    release: async () => undefined,
  };
  const lease = new PumpLease({
    ...{ leases, consumer: "handlers", owner: "a test", leaseMs: LEASE_MS, stepMsMax: STEP_MS_MAX, clock },
  });
  const work = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  const held = lease.during(new AbortController().signal, work);
  await clock.runFor(BEAT_MS - 1);
  expect(lease.isHeld).toBe(true);
  await clock.runFor(1);
  expect(lease.isHeld).toBe(false);
  expect(await held).toBe(true);
});

test("whatever happens to processes, two never pump at once, and one does soon after", async () => {
  const happening = fc.record({
    ms: fc.integer({ min: 1, max: 3_000 }),
    what: fc.constantFrom<Fate | "start" | "stop">(
      ...(["alive", "killed", "unplugged", "absent", "cutOff", "hanging", "start", "stop"] as const),
    ),
    which: fc.nat({ max: 5 }),
  });
  const answersMs = fc.array(fc.integer({ min: 0, max: ANSWER_MS }), { minLength: 1, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 25 }), answersMs, async (happenings, answers) => {
      const pumps = new Pumps(answers);
      pumps.start();
      for (const { ms, what, which } of happenings) {
        await pumps.clock.runFor(ms);
        expect(pumps.holders.length).toBeLessThanOrEqual(1);
        const process = pumps.processes[which % pumps.processes.length];
        if (what === "start") pumps.start();
        else if (what === "stop") process?.stop.abort();
        else if (process !== undefined && !isDead(process.fate)) await pumps.meets(process, what);
      }
      pumps.start();
      await pumps.clock.runFor(STEP_MS_MAX + LEASE_MS + 3 * BEAT_MS + 3 * ANSWER_MS);
      expect(pumps.holders).toHaveLength(1);
      expect(pumps.isShared).toBe(false);
    }),
    { numRuns: 150 },
  );
});
