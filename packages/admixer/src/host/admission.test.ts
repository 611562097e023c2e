import { ManualClock, settle } from "@tenon/graph-testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Admission } from "./admission.ts";

test("places are given in the order of arrival, and one that waited too long has left the line", async () => {
  const clock = new ManualClock();
  const admission = new Admission({ concurrencyMax: 1, queueMax: 3 }, clock);
  const log: string[] = [];
  await admission.enter(0);
  const waits = [10, 50, 50].map((waitMaxMs, at) =>
    admission.enter(waitMaxMs).then(
      () => log.push(`${at} runs`),
      ({ code }) => log.push(`${at} ${code}`),
    ),
  );
  await expect(admission.enter(50)).rejects.toMatchObject({ code: "TENON1613" });
  clock.advance(20);
  await settle();
  admission.leave();
  await settle();
  expect(log).toEqual(["0 TENON1613", "1 runs"]);
  admission.leave();
  await Promise.all(waits);
  expect(log.at(-1)).toBe("2 runs");
  expect([admission.running, admission.waiting, clock.pending]).toEqual([1, 0, 0]);
});

test("never more than the bound run, never more than the bound wait, and every place comes back", async () => {
  const bounds = fc.record({
    concurrencyMax: fc.integer({ min: 1, max: 4 }),
    queueMax: fc.integer({ min: 0, max: 4 }),
  });
  const steps = fc.array(fc.constantFrom("arrive", "end", "time"), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(bounds, steps, async (limit, script) => {
      const clock = new ManualClock();
      const admission = new Admission(limit, clock);
      let running = 0;
      for (const step of script) {
        if (step === "arrive")
          admission.enter(5).then(
            () => running++,
            () => undefined,
          );
        else if (step === "time") clock.advance(3);
        else if (running > 0) {
          running--;
          admission.leave();
        }
        await settle(4);
        expect(running).toBe(admission.running);
        expect(admission.running).toBeLessThanOrEqual(limit.concurrencyMax);
        expect(admission.waiting).toBeLessThanOrEqual(limit.queueMax);
        // Nobody waits beside a free place.
        if (admission.running < limit.concurrencyMax) expect(admission.waiting).toBe(0);
      }
      const idle = admission.idle();
      clock.advance(10);
      await settle(4);
      while (admission.running > 0) admission.leave();
      await idle;
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 200 },
  );
});
