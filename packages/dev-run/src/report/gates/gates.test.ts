/** What teams let pass, and what nobody may. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isBeyond, metricFindings } from "../findings/metric-findings.ts";
import type { Draft } from "../findings/value-findings.ts";
import type { Metric } from "../report-schema.ts";
import { gateTexts } from "./gate-texts.ts";
import { NO_GATES, readOwnerGates } from "./owner-gates.ts";
import { withinGates } from "./within-gates.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-gates-"));
afterAll(() => rmSync(folder, { recursive: true }));

function written(text: unknown): string {
  const path = join(folder, "report.gates.json");
  writeFileSync(path, typeof text === "string" ? text : JSON.stringify(text));
  return path;
}

function metric(more: Partial<Metric> = {}): Metric {
  const numbers = { n: 100, base: 10, head: 9, delta: -1, deltaShare: -0.1, low: -1.2, high: -0.8, q: 0.001 };
  return {
    name: "expected revenue",
    unit: "micros",
    ...numbers,
    test: "pairedBootstrap",
    note: "",
    segment: null,
    ...more,
  };
}

function draft(more: Partial<Draft> = {}): Draft {
  const empty = { causes: [], downstream: [], effect: [], fields: [], fieldsMore: 0, examples: [] };
  const counts = { entriesAffected: 1, entriesCompared: 100 };
  return {
    kind: "values",
    severity: "review",
    title: "",
    graph: "g",
    node: "n",
    owner: "team",
    place: null,
    ...counts,
    ...empty,
    ...more,
  };
}

test("no file lets nothing pass; one that is no gates, or of no team, is refused with what is wrong", () => {
  expect(readOwnerGates(join(folder, "none.json"))).toBe(NO_GATES);
  const wrong = { code: "TENON2037", category: "input" };
  expect(() => readOwnerGates(written("{"))).toThrowError(expect.objectContaining(wrong));
  expect(() => readOwnerGates(written({ team: { runsChanged: 2 } }))).toThrowError(
    expect.objectContaining({ ...wrong, detail: expect.stringContaining("runsChanged") }),
  );
  expect(() => readOwnerGates(written({ teem: {} }), ["team"])).toThrowError(
    expect.objectContaining({ ...wrong, message: expect.stringContaining("teem"), detail: "teams: team" }),
  );
  expect(readOwnerGates(written({ team: { runsChanged: 0.1 } }), ["team"])).toMatchObject({
    team: { runsChanged: 0.1 },
  });
});

test("a metric is beyond its gate where it moved further that way, by more than chance", () => {
  expect(isBeyond(metric(), { fall: 0.05 })).toBe(true);
  expect(isBeyond(metric(), { fall: 0.1 })).toBe(false);
  expect(isBeyond(metric(), { rise: 0.05 })).toBe(false);
  expect(isBeyond(metric({ delta: 1, deltaShare: 0.1, low: 0.5, high: 1.5 }), { rise: 0.05 })).toBe(true);
  expect(isBeyond(metric({ high: 0.1 }), { fall: 0.05 })).toBe(false);
  expect(isBeyond(metric({ q: 0.06 }), { fall: 0.05 })).toBe(false);
  expect(isBeyond(metric({ base: 0, delta: 3, deltaShare: null, low: 1, high: 4 }), { rise: 5 })).toBe(true);
});

test("a finding of a metric is its team's, and names the change that is the likely cause; a gate of no metric is refused", () => {
  const gates = { "ads-auction": { tolerances: {}, metrics: { "expected revenue": { fall: 0.05 } } } };
  const entries = [{ host: "admixer" }];
  const groups = [{ root: "scoreBids", owner: "ads-ranking", graph: { name: "ad-request" }, entries }] as never;
  const [found, ...others] = metricFindings({ gates, groups }, [metric(), metric({ name: "fill rate" })]);
  expect(others).toEqual([]);
  expect(found).toMatchObject({ kind: "metrics", severity: "review", node: "expected revenue", owner: "ads-auction" });
  expect(found?.title).toContain("(-10 %), more than ads-auction lets it: fall 5 %");
  expect(found?.causes[0]?.detail).toContain("scoreBids");
  const misspelt = { team: { tolerances: {}, metrics: { revenue: { fall: 0.05 } } } };
  expect(() => metricFindings({ gates: misspelt, groups }, [metric()])).toThrowError(
    expect.objectContaining({ code: "TENON2037", detail: "metrics: expected revenue" }),
  );
  // Reasons for which nothing was dropped have no metric.
  const quiet = { team: { tolerances: {}, metrics: { "dropped paced_out": { rise: 0.1 } } } };
  expect(metricFindings({ gates: quiet, groups }, [metric()])).toEqual([]);
});

test("values in few enough runs are green, with the reason; what fails, what is random and what is another team's are not", () => {
  const gates = { team: { runsChanged: 0.01, tolerances: {}, metrics: {} } };
  const outcome = (more: Partial<Draft>) => withinGates([draft(more)], gates)[0]?.severity;
  expect(withinGates([draft()], gates)[0]).toMatchObject({
    severity: "expected",
    gate: "team lets 1 % of runs change",
  });
  expect(outcome({ entriesAffected: 2 })).toBe("review");
  expect(outcome({ severity: "fail" })).toBe("fail");
  expect(outcome({ kind: "contract" })).toBe("review");
  expect(outcome({ owner: "others" })).toBe("review");
  expect(outcome({ causes: [{ kind: "nondeterminism", detail: "" }] })).toBe("review");
});

test("gates are told in words", () => {
  const texts = gateTexts({
    ...{ runsChanged: 0.01, tolerances: { "score.p": { relative: 1e-6 }, x: { ulp: 4 } }, writes: 0.05 },
    metrics: { "fill rate": { fall: 0.005, rise: 0.1 } },
    ...{ time: { share: 0.1, ms: 1 }, allocation: { share: 0.2, kB: 10 } },
  });
  expect(texts).toEqual([
    ...["values in 1 % of runs", "score.p by 0.000001 of itself", "x by 4 ulp", "fill rate down 0.5 %"],
    ...["fill rate up 10 %", "time up 10 % or 1 ms", "allocation up 20 % or 10 kB", "writes for a change up 5 %"],
  ]);
});
