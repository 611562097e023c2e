import { readConfig } from "@tenon/admixer";
import { ROLES, type Role } from "@tenon/indexer";
import { cliError } from "../cli-error.ts";
import type { ExitCode } from "../exit-code.ts";
import { folderOf } from "../project/project-of.ts";
import { needsOfIndexing, needsOfServing, requireFitToStart } from "../serving/fit-to-start.ts";
import { settingFlags } from "../serving/settings-flags.ts";
import type { Terminal } from "../terminal.ts";

export interface UpOptions extends Readonly<Record<string, unknown>> {
  readonly project?: string;
  readonly once?: boolean;
  readonly json?: boolean;
  /** Absent: all of them, with databases of their own. */
  readonly role?: readonly string[];
  /** Simulated edits of advertisers per second; 0 for none. */
  readonly edits?: number;
  /** Folder of reports for the studio. */
  readonly reports?: string;
}

/** Alone, the serving host serves what its settings say; the others need databases. */
const SERVING = "admixer";

/** `tenon up`: the whole system, or some of its roles, until it is asked to stop; with `--once`, until it has shown itself. */
export async function up(options: UpOptions, terminal: Terminal): Promise<ExitCode> {
  const folder = folderOf(options, terminal);
  const config = readConfig({ folder, environment: terminal.environment, flags: settingFlags(options) });
  const roles = options.role;
  if (roles === undefined) {
    await requireFitToStart(needsOfIndexing(config, terminal, { isWhole: true }), terminal);
    const { upWhole } = await import("./up-whole.ts");
    return upWhole({ config, folder, options }, terminal);
  }
  const known = [SERVING, ...ROLES] as readonly string[];
  const unknown = roles.find((role) => !known.includes(role));
  if (unknown !== undefined)
    throw cliError("wrongUsage", {
      message: `there is no role "${unknown}"`,
      detail: `expected one of ${known.join(", ")}`,
      hint: "give --role once for each; without it all of them run in one process",
    });
  const twice = roles.find((role, at) => roles.indexOf(role) !== at);
  if (twice !== undefined)
    throw cliError("wrongUsage", {
      message: `role "${twice}" is given twice`,
      detail: "a process has each role once",
      hint: `for two of role ${twice} run \`tenon up --role ${twice}\` twice: they share the work`,
    });
  if (roles.every((role) => role === SERVING)) {
    await requireFitToStart(needsOfServing(config), terminal);
    const { upAdMixer } = await import("./up-admixer.ts");
    return upAdMixer(config, options, terminal);
  }
  if (roles.includes(SERVING) || options.once === true)
    throw cliError("wrongUsage", {
      message: "these roles do not go together",
      detail: `found ${[...roles, ...(options.once === true ? ["--once"] : [])].join(", ")}`,
      hint: "run the serving host in a process of its own; --once is for it, and for the whole system",
    });
  await requireFitToStart(needsOfIndexing(config, terminal, { isWhole: false }), terminal);
  const { upIndexer } = await import("./up-indexer.ts");
  return upIndexer(config, { roles: roles as readonly Role[], folder }, terminal);
}
