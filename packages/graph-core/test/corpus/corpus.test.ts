/**
 * The corpus of bad graphs: each defect is caught in time and told with both sides, each twin passes every stage in
 * silence and gives its response. Numbers and deadlines are those of the list of entries; M55 and above are further
 * members of the same classes.
 */
import { expect, test } from "vitest";
import { differingLines, readEntries } from "./entry.ts";
import { type Expectation, expectations, type Stage } from "./expectations.ts";
import { type JudgedVariant, judgeCorpus } from "./judge-corpus.ts";

const entries = readEntries();
const corpus = judgeCorpus(entries);
const names = entries.map((entry) => entry.name);

function judged(name: string, variant: string): JudgedVariant {
  return corpus.get(`${name} ${variant}`) as JudgedVariant;
}

/** The stage at which a variant is stopped first. */
function caughtAt({ compilerErrors, findings, verdict }: JudgedVariant): Stage | undefined {
  if (compilerErrors.length > 0 || findings.length > 0) return "T";
  return verdict.diagnostics.length > 0 ? "C" : undefined;
}

test("every entry has a row, and every row an entry", () => {
  expect(Object.keys(expectations).sort()).toEqual(names);
});

test("the entries due at the type checker and at the graph check are all there", () => {
  const listed = (stage: Stage): Set<string> =>
    new Set(
      entries
        .filter(({ name, number }) => expectations[name]?.deadline === stage && number < "M55")
        .map(({ number }) => number),
    );
  expect(listed("T").size).toBe(22);
  expect(listed("C").size).toBe(11);
});

test.each(names)("%s: twin and defect differ in the switched line only", (name) => {
  const { entry } = judged(name, "twin");
  expect(differingLines(entry.text.twin ?? "", entry.text.defect ?? "")).toEqual([entry.line]);
  if (entry.text.untyped !== undefined) {
    expect(differingLines(entry.text.twin ?? "", entry.text.untyped)).toEqual([entry.line]);
  }
});

test.each(names)("%s: the twin passes every stage in silence and gives its response", (name) => {
  const { compilerErrors, findings, verdict } = judged(name, "twin");
  expect(compilerErrors).toEqual([]);
  expect(findings).toEqual([]);
  expect(verdict.diagnostics).toEqual([]);
  expect(verdict.runs).toEqual({ plain: { gave: "response" }, checked: { gave: "response" } });
});

const STAGES: readonly Stage[] = ["T", "C", "I"];

test.each(names)("%s: the defect is caught in time", (name) => {
  const stage = caughtAt(judged(name, "defect"));
  expect(stage).toBeDefined();
  expect(STAGES.indexOf(stage as Stage)).toBeLessThanOrEqual(
    STAGES.indexOf((expectations[name] as Expectation).deadline),
  );
});

test.each(names)("%s: the defect is told once, where it is, with both sides and their owners", (name) => {
  const { entry, compilerErrors, findings, verdict } = judged(name, "defect");
  const { compiler = [], source = [], told } = expectations[name] as Expectation;
  expect(compilerErrors.map(({ code, message, line }) => ({ code, words: message, line }))).toEqual(
    compiler.map(({ code, words, line = entry.line }) => ({ code, words, line })),
  );
  expect([...new Set(findings.map((finding) => finding.code))]).toEqual(source);
  for (const finding of findings) {
    expect(finding.line).toBe(entry.line);
    expect(finding.message).toContain(`"corpus/${name}" (owner ads-platform)`);
    expect(finding.secondary).not.toEqual([]);
  }
  const diagnostics = [...verdict.diagnostics, ...verdict.explained];
  expect(diagnostics).toHaveLength(told === undefined ? 0 : 1);
  if (told === undefined) return;
  const [{ code, message, primary, secondary, hint }] = diagnostics as [(typeof diagnostics)[number]];
  const parties = [primary, ...secondary].map((party) => `${party.kind} ${party.name} ${party.owner}`);
  expect({ code, words: message, parties, line: primary.place?.line }).toEqual({ line: entry.line, ...told });
  expect(hint).not.toBe("");
  for (const party of [primary, secondary[0]]) expect(message).toContain(`(owner ${party?.owner})`);
});

const untyped = names.filter((name) => expectations[name]?.backstop !== undefined);

test.each(untyped)("%s: hidden from the type checker, it is stopped by the graph check or the checked run", (name) => {
  const { compilerErrors, verdict } = judged(name, "untyped");
  const backstop = (expectations[name] as Expectation).backstop;
  expect(compilerErrors).toEqual([]);
  const checked = verdict.diagnostics.find((diagnostic) => diagnostic.severity === "error");
  const error = verdict.runs?.checked.error;
  expect(checked === undefined ? { code: error?.code, node: error?.node } : { code: checked.code }).toEqual(backstop);
});

test("every entry that hides behind any is stopped", () => {
  expect(entries.filter((entry) => entry.text.untyped !== undefined).map((entry) => entry.name)).toEqual(untyped);
});
