/** Commands that change a store: what they would do is said first, and done only when somebody has said yes. */
import { cliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { colorsFor } from "../output/colors.ts";
import { jsonText } from "../output/json.ts";
import type { Terminal } from "../terminal.ts";

export interface ChangeOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export interface Change {
  /** `rewind task "ad-counts"`. */
  readonly action: string;
  /** What a person types to confirm: the name of what is changed. */
  readonly name: string;
  /** A line each; none when there is nothing to do. */
  readonly effects: readonly string[];
  /** The same for tools. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Does it, and says what came of it. */
  readonly act: () => Promise<Done>;
}

export interface Done {
  readonly said: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** @throws GraphError TENON1716 when nobody has agreed; nothing was changed then */
export async function carryOut(change: Change, options: ChangeOptions, terminal: Terminal): Promise<ExitCode> {
  const { action, effects, facts } = change;
  const { bold } = colorsFor(terminal.color);
  const isEmpty = effects.length === 0;
  if (isEmpty || options.dryRun === true) {
    const lines = isEmpty ? ["nothing to do"] : effects;
    if (options.json)
      terminal.out(jsonText({ action, done: false, dryRun: options.dryRun === true, effects, ...facts }));
    else terminal.out(`${[`${bold(`would ${action}`)}`, ...lines.map((line) => `  ${line}`)].join("\n")}\n`);
    return ExitCode.pass;
  }
  await requireConsent(change, options, terminal);
  const done = await change.act();
  if (options.json) terminal.out(jsonText({ action, done: true, dryRun: false, effects, ...facts, ...done.facts }));
  else terminal.out(`${done.said}\n`);
  return ExitCode.pass;
}

async function requireConsent({ action, name, effects }: Change, options: ChangeOptions, terminal: Terminal) {
  if (options.yes === true) return;
  const asked = options.json === true ? undefined : terminal.ask;
  if (asked === undefined) {
    throw cliError("notConfirmed", {
      message: `nobody has agreed to ${action}`,
      detail: effects.join("\n"),
      hint: "add --yes to do it; --dry-run shows it and changes nothing",
    });
  }
  const { bold, dim } = colorsFor(terminal.talkColor);
  terminal.talk(`${bold(action)}\n${effects.map((line) => `  ${line}\n`).join("")}`);
  const answer = await asked(`type ${bold(name)} to go on ${dim("(anything else stops)")}: `);
  if (answer.trim() === name) return;
  throw cliError("notConfirmed", {
    message: `nobody has agreed to ${action}`,
    detail: `expected "${name}"; nothing was changed`,
    hint: "type the name as it stands there, or add --yes",
  });
}
