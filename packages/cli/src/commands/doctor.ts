import { describeConfig, type HostConfig, readConfig } from "@tenon/admixer";
import { type DoctorFinding, look } from "../doctor/finding.ts";
import {
  installedVersion,
  lookAtData,
  lookAtFolder,
  lookAtModels,
  lookAtNode,
  lookAtPort,
  lookAtProject,
  lookAtVersions,
} from "../doctor/looks.ts";
import { ExitCode } from "../exit-code.ts";
import { type Colors, colorsFor } from "../output/colors.ts";
import { jsonText } from "../output/json.ts";
import { progressOn } from "../output/progress.ts";
import { tableLines } from "../output/table.ts";
import { findProject } from "../project/find-project.ts";
import { folderOf } from "../project/project-of.ts";
import { settingFlags } from "../serving/settings-flags.ts";
import type { Terminal } from "../terminal.ts";

export interface DoctorOptions extends Readonly<Record<string, unknown>> {
  readonly project?: string;
  readonly json?: boolean;
}

type Setting = ReturnType<typeof describeConfig>[number];

/** `tenon doctor`: exit code 1 when something keeps the host from serving. */
export async function doctor(options: DoctorOptions, terminal: Terminal): Promise<ExitCode> {
  const folder = folderOf(options, terminal);
  const flags = settingFlags(options);
  const progress = progressOn(terminal);
  progress.step("looking at settings, folders, port and data");
  const findings: DoctorFinding[] = [
    lookAtNode(process.versions.node),
    lookAtVersions(installedVersion),
    await look("project", () => lookAtProject(findProject(folder))),
  ];
  let config: HostConfig | undefined;
  findings.push(
    await look("settings", () => {
      config = readConfig({ folder, environment: terminal.environment, flags });
      return { subject: "settings", state: "ok", found: "every value is of its kind" };
    }),
  );
  if (config !== undefined) findings.push(...(await looksWith(config)));
  findings.push(await look("models", lookAtModels), await look("catalogue", lookAtData));
  progress.end();
  const settings = config === undefined ? [] : describeConfig(config);
  if (options.json) terminal.out(jsonText({ ok: !hasError(findings), findings, settings }));
  else terminal.out(textReport(findings, settings, colorsFor(terminal.color)));
  return hasError(findings) ? ExitCode.findings : ExitCode.pass;
}

function hasError(findings: readonly DoctorFinding[]): boolean {
  return findings.some(({ state }) => state === "error");
}

async function looksWith(config: HostConfig): Promise<readonly DoctorFinding[]> {
  const { dataFolder, logFolder } = config.settings;
  return [
    lookAtFolder("data folder", dataFolder),
    lookAtFolder("log folder", logFolder ?? dataFolder),
    await look("port", () => lookAtPort(config)),
  ];
}

/** Longer values (layers of experiments) are for `--json`. */
const VALUE_CELLS_MAX = 48;

function textReport(findings: readonly DoctorFinding[], settings: readonly Setting[], colors: Colors): string {
  const { green, yellow, red, bold, dim } = colors;
  const signs = { ok: green("ok     "), warning: yellow("warning"), error: red("error  ") } as const;
  const lines = findings.flatMap(({ subject, state, found, hint }) => [
    `${signs[state]} ${bold(subject)}: ${found}`,
    ...(hint === undefined ? [] : [`        ${green("hint")}: ${hint}`]),
  ]);
  if (settings.length === 0) return `${lines.join("\n")}\n`;
  const columns = [{ title: "setting" }, { title: "value", widthMax: VALUE_CELLS_MAX }, { title: "from" }];
  const rows = settings.map(({ name, value, source }) => [name, value, source]);
  return `${[...lines, "", ...tableLines(columns, rows, { head: dim })].join("\n")}\n`;
}
