import { expect, test } from "vitest";
import { Histogram, metricsTextOf } from "./prometheus.ts";

test("a histogram counts each value below every bound that holds it", () => {
  const histogram = new Histogram([1, 5]);
  for (const value of [0.5, 1, 3, 9]) histogram.add(value);
  const samples = histogram.samples({ stage: "a" });
  expect(metricsTextOf([{ name: "took_s", type: "histogram", help: "time", samples }])).toBe(
    [
      "# HELP took_s time",
      "# TYPE took_s histogram",
      'took_s_bucket{stage="a",le="1"} 2',
      'took_s_bucket{stage="a",le="5"} 3',
      'took_s_bucket{stage="a",le="+Inf"} 4',
      'took_s_sum{stage="a"} 13.5',
      'took_s_count{stage="a"} 4',
      "",
    ].join("\n"),
  );
});

test("values of labels are escaped, and a family without samples says nothing", () => {
  const labels = { why: 'a "b"\n\\c' };
  expect(metricsTextOf([{ name: "x", type: "gauge", help: "h", samples: [{ labels, value: 1 }] }])).toContain(
    String.raw`x{why="a \"b\"\n\\c"} 1`,
  );
  expect(metricsTextOf([{ name: "x", type: "gauge", help: "h", samples: [] }])).toBe("");
});
