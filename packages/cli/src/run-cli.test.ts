import { readdirSync } from "node:fs";
import { join } from "node:path";
import { GraphError } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { ExitCode } from "./exit-code.ts";
import { reportError } from "./output/report-error.ts";
import { createProgram } from "./program.ts";
import { runCli } from "./run-cli.ts";
import { keptTerminal } from "./testing/terminal.ts";

/** What a wrong command line says, and its exit code. */
const WRONG: readonly (readonly [line: string, message: string, hint: string])[] = [
  ["chek", 'unknown command "chek"', "did you mean check?"],
  ["chekc --json", 'unknown command "chekc"', "did you mean check?"],
  ["check --jsn", 'unknown option "--jsn"', "did you mean --json?"],
  ["check --json --sarif", 'option "--json" cannot be used with option "--sarif"', "`tenon --help`"],
  ["graph a b", 'too many arguments for "graph". Expected 1 argument but got 2: a, b.', "`tenon --help`"],
  ["graph a --svg --html", 'option "--svg" cannot be used with option "--html"', "`tenon --help`"],
  ["new node ranking/x", 'required option "--owner <team>" not specified', "`tenon --help`"],
  ["new nod ranking/x", 'unknown command "nod"', "did you mean node?"],
  ["new node a/b --owner c --kind filtr", "is invalid. Allowed choices are node, filter, map.", "`tenon --help`"],
  ["run --sample one", "expected a whole number from 0", "`tenon --help`"],
  ["run --request a --sample 1", 'cannot be used with option "-s, --sample', "`tenon --help`"],
  ["bench", 'missing required argument "suite"', "`tenon --help`"],
  ["explain ad r1", 'missing required argument "ad"', "`tenon --help`"],
  ["explain TENON1O04", 'there is no error code "TENON1O04"', 'did you mean "TENON1004"?'],
];

for (const [line, message, hint] of WRONG) {
  test(`tenon ${line}: says what is wrong and what may be meant, and exits with 2`, async () => {
    const terminal = keptTerminal();
    expect(await runCli(line.split(" "), terminal)).toBe(ExitCode.usage);
    const said = terminal.said.out + terminal.said.talk;
    if (line.includes("--json")) {
      const { error } = JSON.parse(terminal.said.out) as { readonly error: Record<string, string> };
      expect(error).toMatchObject({ code: "TENON1700", message: expect.stringContaining(message) });
      expect(error["hint"]).toContain(hint);
      expect(terminal.said.talk).toBe("");
    } else {
      expect(terminal.said.out).toBe("");
      expect(said).toContain(message);
      expect(said).toContain(`hint: ${hint}`);
    }
  });
}

test("help and version are data, not errors", async () => {
  for (const line of ["--help", "--version", "help check", "check --help", "new node --help"]) {
    const terminal = keptTerminal();
    expect(await runCli(line.split(" "), terminal), line).toBe(ExitCode.pass);
    expect(terminal.said.out, line).not.toBe("");
    expect(terminal.said.talk, line).toBe("");
  }
});

test("the help of every command is the one that was reviewed", async () => {
  const texts: string[] = [];
  const visit = (command: ReturnType<typeof createProgram>, path: readonly string[]): void => {
    texts.push(`$ tenon ${[...path, "--help"].join(" ")}\n${command.helpInformation()}`);
    for (const each of command.commands) visit(each as never, [...path, each.name()]);
  };
  visit(
    createProgram(keptTerminal(), () => undefined),
    [],
  );
  await expect(texts.join("\n")).toMatchFileSnapshot("../test/golden/help.txt");
});

test("every command has a description, and every command that gives data has --json", () => {
  const withoutData = new Set([
    "lineage",
    "workflow",
    "switch",
    "probe",
    "drill",
    "new",
    "explain",
    "log",
    "repo",
    "index",
    "diff",
    "help",
    "completion",
  ]);
  const visit = (command: ReturnType<typeof createProgram>): void => {
    for (const each of command.commands) {
      expect(each.description(), each.name()).not.toBe("");
      const isJson = each.options.some(({ long }) => long === "--json");
      expect(isJson || withoutData.has(each.name()), `${each.name()} --json`).toBe(true);
      visit(each as never);
    }
  };
  visit(createProgram(keptTerminal(), () => undefined));
});

test("the exit code of an error says who must act", () => {
  const table = { definition: 1, node: 1, input: 2, resource: 3, invariant: 4 } as const;
  for (const [category, code] of Object.entries(table)) {
    const terminal = keptTerminal();
    const error = new GraphError("it broke", { code: "TENON1234", category: category as keyof typeof table });
    expect(reportError(error, { json: false, terminal }), category).toBe(code);
    expect(terminal.said.talk).toContain("error TENON1234: it broke\n");
  }
});

test("an error names graph, node and owner, and is one object in JSON", () => {
  const facts = {
    graph: "opening",
    node: "decideOpen",
    owner: "shop-delivery",
    detail: "a\nb",
    hint: "mend it",
  } as const;
  const error = new GraphError("node failed", { code: "TENON1201", category: "node", ...facts });
  const terminal = keptTerminal();
  reportError(error, { json: false, terminal });
  expect(terminal.said.talk).toBe(
    [
      "error TENON1201: node failed",
      "  in graph opening, node decideOpen, owner shop-delivery",
      "  a",
      "  b",
      "  hint: mend it",
      "  tenon explain TENON1201",
      "",
    ].join("\n"),
  );
  const forTools = keptTerminal();
  reportError(error, { json: true, terminal: forTools });
  expect(JSON.parse(forTools.said.out)).toEqual({ error: { code: "TENON1201", message: "node failed", ...facts } });
  expect(forTools.said.talk).toBe("");
});

test("our own mistakes exit with 4 and show a stack only when asked", () => {
  const quiet = keptTerminal();
  expect(reportError(new TypeError("no such thing"), { json: false, terminal: quiet })).toBe(ExitCode.internal);
  expect(quiet.said.talk).toContain("error TENON1749: tenon failed by its own mistake: no such thing\n");
  const asked = keptTerminal({ environment: { TENON_DEBUG: "1" } });
  reportError(new TypeError("no such thing"), { json: false, terminal: asked });
  expect(asked.said.talk.split("\n").length).toBeGreaterThan(quiet.said.talk.split("\n").length + 3);
});

test("tenon explain has a page for every code of the command line", async () => {
  const pages = readdirSync(join(import.meta.dirname, "../../../docs/errors")).filter((file) =>
    file.startsWith("TENON17"),
  );
  expect(pages.length).toBeGreaterThan(10);
  for (const page of pages) {
    const terminal = keptTerminal();
    expect(await runCli(["explain", page.replace(".md", ""), "--json"], terminal)).toBe(ExitCode.pass);
    expect(JSON.parse(terminal.said.out)).toMatchObject({ code: page.replace(".md", ""), title: expect.any(String) });
  }
});
