import type { GraphError } from "@tenon/graph-core";
import { CommanderError } from "commander";
import { ExitCode, exitCodeOf } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";
import { colorsFor } from "./colors.ts";

interface ToldError {
  readonly code: string;
  readonly message: string;
  readonly graph?: string | undefined;
  readonly node?: string | undefined;
  readonly owner?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
}

export interface ReportOptions {
  /** The command was asked for JSON: then the error is JSON on standard output, too. */
  readonly json: boolean;
  readonly terminal: Terminal;
}

/** Says what went wrong, for people or for tools, and gives the exit code. */
export function reportError(error: unknown, { json, terminal }: ReportOptions): ExitCode {
  const told = tellable(error);
  if (json) terminal.out(`${JSON.stringify({ error: told }, undefined, 2)}\n`);
  else terminal.talk(errorText(told, terminal));
  if (told.code === INTERNAL && terminal.environment["TENON_DEBUG"] !== undefined) {
    terminal.talk(`${error instanceof Error ? error.stack : String(error)}\n`);
  }
  return codeOf(error);
}

const USAGE = "TENON1700";
const INTERNAL = "TENON1749";

function codeOf(error: unknown): ExitCode {
  if (isGraphError(error)) return exitCodeOf(error);
  return error instanceof CommanderError ? ExitCode.usage : ExitCode.internal;
}

function tellable(error: unknown): ToldError {
  if (isGraphError(error)) {
    const { code, graph, node, owner, detail, hint } = error;
    return { code, message: error.message.replace(`${code} `, ""), graph, node, owner, detail, hint };
  }
  if (error instanceof CommanderError) {
    const [message = "", ...hints] = error.message.replace(/^error: /, "").split("\n");
    const suggestion = hints.join(" ").replace(/^\((.*)\)$/, "$1");
    const hint =
      suggestion === "" ? "`tenon --help` lists the commands, `tenon COMMAND --help` their options" : suggestion;
    return { code: USAGE, message: message.replaceAll("'", '"'), hint: hint.replace(/^Did/, "did") };
  }
  return {
    code: INTERNAL,
    message: `tenon failed by its own mistake: ${error instanceof Error ? error.message : String(error)}`,
    detail: frameOf(error),
    hint: "please report it with the command line; TENON_DEBUG=1 prints where it happened",
  };
}

/** By shape, not by class: a start that goes right loads no runtime, and a project may bring its own copy of it. */
function isGraphError(error: unknown): error is GraphError {
  return error instanceof Error && error.name === "GraphError" && "code" in error && "category" in error;
}

/** The innermost place of ours in an internal error. */
function frameOf(error: unknown): string | undefined {
  const frames = error instanceof Error ? (error.stack?.split("\n").slice(1) ?? []) : [];
  return frames.find((frame) => !frame.includes("node:"))?.trim();
}

function errorText(told: ToldError, terminal: Terminal): string {
  const { red, bold, green, dim } = colorsFor(terminal.talkColor);
  const lines = [`${red(bold(`error ${told.code}`))}: ${told.message}`];
  const parties = (["graph", "node", "owner"] as const).flatMap((kind) =>
    told[kind] === undefined ? [] : [`${kind} ${told[kind]}`],
  );
  if (parties.length > 0) lines.push(`  ${dim("in")} ${parties.join(", ")}`);
  if (told.detail !== undefined) lines.push(...told.detail.split("\n").map((line) => `  ${line}`));
  if (told.hint !== undefined) lines.push(`  ${green("hint")}: ${told.hint}`);
  if (told.code !== USAGE) lines.push(`  ${dim(`tenon explain ${told.code}`)}`);
  return `${lines.join("\n")}\n`;
}
