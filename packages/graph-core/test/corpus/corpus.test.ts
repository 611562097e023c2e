/**
 * The corpus of bad graphs: each defect is caught in time and told with both sides, each twin passes every stage in
 * silence and gives its response. Numbers and deadlines are those of the list of entries; M55 and above are further
 * members of the same classes.
 */
import { expect, test } from "vitest";
import { differingLines, readEntries } from "./entry.ts";
import { type Expectation, expectations, type Stage, writeExpectations } from "./expectations.ts";
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

/** A row as it is seen now; see {@link Expectation}. */
function seen(name: string): Omit<Expectation, "deadline"> {
  const { entry, compilerErrors, findings, verdict } = judged(name, "defect");
  const elsewhere = (line: number | undefined) => (line === entry.line || line === undefined ? {} : { line });
  const compiler = compilerErrors.map(({ code, message, line }) => ({
    code: `TS${code}`,
    words: message,
    ...elsewhere(line),
  }));
  const source = [...new Set(findings.map((finding) => finding.code))];
  const [told] = [...verdict.diagnostics, ...verdict.explained].map(({ code, message, primary, secondary }) => ({
    code,
    words: message,
    parties: [primary, ...secondary].map((party) => `${party.kind} ${party.name} ${party.owner}`),
    ...elsewhere(primary.place?.line),
  }));
  const backstop = entry.text.untyped === undefined ? undefined : backstopSeen(judged(name, "untyped"));
  return {
    ...(compiler.length > 0 && { compiler }),
    ...(source.length > 0 && { source }),
    ...(told !== undefined && { told }),
    ...(backstop !== undefined && { backstop }),
  };
}

function backstopSeen({ verdict }: JudgedVariant): Expectation["backstop"] {
  const checked = verdict.diagnostics.find((diagnostic) => diagnostic.severity === "error");
  if (checked !== undefined) return { code: checked.code };
  const error = verdict.runs?.checked.error;
  return error === undefined ? undefined : { code: error.code, ...(error.node !== undefined && { node: error.node }) };
}

if (process.env.UPDATE_CORPUS === "1") writeExpectations(Object.fromEntries(names.map((name) => [name, seen(name)])));

test.each(names)("%s: the defect is told as expected, in these words, at this place", (name) => {
  const { deadline, ...row } = expectations[name] as Expectation;
  expect(seen(name)).toEqual(row);
});

test.each(names)("%s: the defect is told once, with both sides, their owners and an edit", (name) => {
  const { entry, findings, verdict } = judged(name, "defect");
  for (const finding of findings) {
    expect(finding.line).toBe(entry.line);
    expect(finding.message).toContain(`"corpus/${name}" (owner ads-platform)`);
    expect(finding.secondary).not.toEqual([]);
  }
  const diagnostics = [...verdict.diagnostics, ...verdict.explained];
  expect(diagnostics.length).toBe(expectations[name]?.told === undefined ? 0 : 1);
  for (const { message, primary, secondary, hint } of diagnostics) {
    for (const party of [primary, secondary[0]]) expect(message).toContain(`(owner ${party?.owner})`);
    expect(hint).not.toBe("");
  }
});

test.each(entries.filter((entry) => entry.text.untyped !== undefined).map((entry) => entry.name))(
  "%s: hidden from the type checker, it is stopped by the graph check or the checked run",
  (name) => {
    const hidden = judged(name, "untyped");
    expect(hidden.compilerErrors).toEqual([]);
    expect(backstopSeen(hidden)).toBeDefined();
  },
);
