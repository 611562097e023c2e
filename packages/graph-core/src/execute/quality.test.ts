import { expect, test } from "vitest";
import { QualityController } from "./quality.ts";

test("quality settles where the percentile of latency meets the target", () => {
  const controller = new QualityController({ targetMs: 50, percentile: 90, qualityMin: 0.1, step: 0.0005 });
  // Latency grows with the work done: at quality q it is uniform in [0, 100 q), so its 90th percentile is 90 q.
  let draw = 1;
  const latencies: number[] = [];
  for (let request = 0; request < 60_000; request++) {
    draw = (draw * 48_271) % 2_147_483_647;
    const latencyMs = (draw / 2_147_483_647) * 100 * controller.quality;
    controller.observe(latencyMs);
    if (request > 20_000) latencies.push(latencyMs);
  }
  const slow = latencies.filter((each) => each > 50).length / latencies.length;
  expect(slow).toBeGreaterThan(0.08);
  expect(slow).toBeLessThan(0.12);
});

test("quality stays within its bounds and recovers", () => {
  const controller = new QualityController({ targetMs: 10, percentile: 99, qualityMin: 0.2 });
  for (let request = 0; request < 1_000; request++) controller.observe(1_000);
  expect(controller.quality).toBe(0.2);
  for (let request = 0; request < 10_000; request++) controller.observe(1);
  expect(controller.quality).toBe(1);
});
