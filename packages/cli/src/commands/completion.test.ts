import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { createProgram } from "../program.ts";
import { runCli } from "../run-cli.ts";
import { keptTerminal } from "../testing/terminal.ts";

async function script(shell: string): Promise<string> {
  const terminal = keptTerminal();
  expect(await runCli(["completion", shell], terminal)).toBe(0);
  return terminal.said.out;
}

/** What bash offers for a line that ends where the cursor stands. */
async function offered(line: string): Promise<readonly string[]> {
  const words = line.split(" ");
  const ask = `COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length - 1}; _tenon; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", `${await script("bash")}\n${ask}`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect(stderr).toBe("");
  return stdout.trim().split("\n");
}

test("bash offers commands, their commands, and their options", async () => {
  expect(await offered("tenon ch")).toEqual(["check"]);
  expect(await offered("tenon new ")).toEqual(["node", "graph", "--help"]);
  expect(await offered("tenon new node a/b --ki")).toEqual(["--kind"]);
  expect(await offered("tenon check --s")).toEqual(["--sarif"]);
  expect(await offered("tenon graph ad-request --m")).toEqual(["--mermaid"]);
});

test("every command is offered in every shell", async () => {
  const names = createProgram(keptTerminal(), () => undefined).commands.map((command) => command.name());
  for (const shell of ["bash", "zsh", "fish"]) {
    const text = await script(shell);
    for (const name of names) expect(text, shell).toContain(name);
  }
});

test("an unknown shell is wrong usage", async () => {
  const terminal = keptTerminal();
  expect(await runCli(["completion", "tcsh"], terminal)).toBe(2);
  expect(terminal.said.talk).toContain("bash, zsh, fish");
});
