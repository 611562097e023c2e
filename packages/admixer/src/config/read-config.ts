/** Layers of settings, each over the one before: defaults, file, environment, flags. Every value knows where it came from. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isLoopback } from "@tenon/http-host";
import type { z } from "zod";
import { hostError } from "../host/host-error.ts";
import {
  DEFAULT_SETTINGS,
  FILE_ONLY_SETTINGS,
  SECRET_SETTINGS,
  SETTING_NAMES,
  type SettingName,
  type Settings,
  SettingsSchema,
} from "./settings.ts";

export const CONFIG_FILE = "tenon.config.json";
const ENVIRONMENT_PREFIX = "TENON_";
/** Distance up to which an unknown name is taken for a misspelt one. */
const TYPOS_MAX = 2;

export interface ConfigSources {
  /** Path of the file; absent: `tenon.config.json` in the working folder, if it is there. */
  readonly file?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** By setting name; texts are read as the setting's type. */
  readonly flags?: Readonly<Partial<Record<SettingName, unknown>>> | undefined;
  /** Where the file is looked for, and what relative folders are relative to. Default: the working folder. */
  readonly folder?: string | undefined;
}

export interface HostConfig {
  readonly settings: Settings;
  /** Where each value came from: `default`, `file <path>`, `TENON_…` or `--…`. */
  readonly sources: Readonly<Record<SettingName, string>>;
}

/** `deadlineMs` → `TENON_DEADLINE_MS`. */
export function environmentName(name: SettingName): string {
  return ENVIRONMENT_PREFIX + name.replace(/[A-Z]/g, "_$&").toUpperCase();
}

/** `deadlineMs` → `--deadline-ms`. */
export function flagName(name: SettingName): string {
  return `--${name.replace(/[A-Z]/g, "-$&").toLowerCase()}`;
}

interface Given {
  readonly value: unknown;
  readonly source: string;
}

/**
 * Reads the settings of this start.
 *
 * @throws GraphError TENON1600 naming every wrong setting with its source; TENON1601 when the host is not loopback and
 *   there is no admin token
 */
export function readConfig(from: ConfigSources = {}): HostConfig {
  const folder = from.folder ?? process.cwd();
  const given = new Map<SettingName, Given>(
    SETTING_NAMES.map((name) => [name, { value: DEFAULT_SETTINGS[name], source: "default" }]),
  );
  const problems: string[] = [];
  readFile(from.file, folder, given, problems);
  readEnvironment(from.environment ?? {}, given, problems);
  for (const [name, value] of Object.entries(from.flags ?? {}) as [SettingName, unknown][]) {
    if (value === undefined) continue;
    const source = flagName(name);
    if (!SETTING_NAMES.includes(name)) problems.push(`${source}: there is no setting "${name}"${suggestion(name)}`);
    else if (SECRET_SETTINGS.has(name))
      problems.push(`${source}: a secret is not given as a flag, which others can see; set ${environmentName(name)}`);
    else given.set(name, { value: typeof value === "string" ? fromText(name, value) : value, source });
  }
  const parsed = SettingsSchema.safeParse(Object.fromEntries([...given].map(([name, { value }]) => [name, value])));
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => wrongValue(issue, given)));
  else problems.push(...missingForPipeline(parsed.data, given));
  if (problems.length > 0 || !parsed.success) {
    throw hostError("wrongSetting", {
      message: problems.length === 1 ? "a setting is wrong" : `${problems.length} settings are wrong`,
      detail: problems.join("; "),
      hint: "mend the named source; `tenon doctor` lists every setting with its value and source",
    });
  }
  const sources = Object.fromEntries([...given].map(([name, { source }]) => [name, source])) as Record<
    SettingName,
    string
  >;
  requireTokenBeyondLoopback(parsed.data, sources);
  const { dataFolder, logFolder, recordFolder, indexCacheFolder } = parsed.data;
  const settings = {
    ...parsed.data,
    dataFolder: resolve(folder, dataFolder),
    logFolder: resolve(folder, logFolder ?? `${dataFolder}/log`),
    recordFolder: resolve(folder, recordFolder ?? `${dataFolder}/runs`),
    indexCacheFolder: resolve(folder, indexCacheFolder ?? `${dataFolder}/bases`),
  };
  return { settings, sources };
}

function readFile(path: string | undefined, folder: string, given: Map<SettingName, Given>, problems: string[]): void {
  const file = resolve(folder, path ?? CONFIG_FILE);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (!missing || path !== undefined)
      problems.push(`file ${file}: ${missing ? "it is not there" : "it cannot be read"}`);
    return;
  }
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (error) {
    problems.push(`file ${file}: ${(error as Error).message}`);
    return;
  }
  if (values === null || typeof values !== "object" || Array.isArray(values)) {
    problems.push(`file ${file}: expected one object of settings`);
    return;
  }
  for (const [name, value] of Object.entries(values) as [SettingName, unknown][]) {
    if (SETTING_NAMES.includes(name)) given.set(name, { value, source: `file ${file}` });
    else if (name !== ("$schema" as string))
      problems.push(`file ${file}: there is no setting "${name}"${suggestion(name)}`);
  }
}

function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  given: Map<SettingName, Given>,
  problems: string[],
): void {
  for (const name of SETTING_NAMES) {
    const source = environmentName(name);
    const text = environment[source];
    if (text === undefined) continue;
    if (FILE_ONLY_SETTINGS.has(name)) problems.push(`${source}: "${name}" is given in ${CONFIG_FILE}`);
    else given.set(name, { value: fromText(name, text), source });
  }
  const known = new Set(SETTING_NAMES.map(environmentName));
  for (const name of Object.keys(environment)) {
    if (!name.startsWith(ENVIRONMENT_PREFIX) || known.has(name)) continue;
    // Other tools have variables of this prefix: only what looks like a slip of the keyboard is an error.
    const near = [...known].find((each) => distance(each, name) <= TYPOS_MAX);
    if (near !== undefined) problems.push(`${name}: there is no such setting; did you mean ${near}?`);
  }
}

/** A text of the environment or a flag as the setting's type; what does not fit is left for the schema to refuse. */
function fromText(name: SettingName, text: string): unknown {
  if (text === "null" && SettingsSchema.shape[name].safeParse(null).success) return null;
  const isNumber = typeof DEFAULT_SETTINGS[name] === "number" || name === "adsMax";
  return isNumber && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function wrongValue({ path, message }: z.core.$ZodIssue, given: ReadonlyMap<SettingName, Given>): string {
  const [name, ...rest] = path as [SettingName, ...PropertyKey[]];
  const { value, source } = given.get(name) ?? { value: undefined, source: "default" };
  const found = SECRET_SETTINGS.has(name) || rest.length > 0 ? "" : `, found ${JSON.stringify(value)}`;
  return `${source}: ${path.join(".")}: ${message}${found}`;
}

function missingForPipeline(
  { adSource, ...settings }: Settings,
  given: ReadonlyMap<SettingName, Given>,
): readonly string[] {
  if (adSource !== "pipeline") return [];
  const needed = ["indexStore", "indexLog"] as const;
  return needed
    .filter((name) => settings[name] === null)
    .map((name) => `${given.get(name)?.source}: adSource is "pipeline" and ${name} is not set`);
}

function requireTokenBeyondLoopback(
  { host, adminToken }: Settings,
  sources: Readonly<Record<SettingName, string>>,
): void {
  if (isLoopback(host) || adminToken !== null) return;
  throw hostError("openWithoutToken", {
    message: `host "${host}" (${sources.host}) can be reached from outside, and there is no adminToken`,
    detail: "traces, metrics and switches would be open to everybody",
    hint: `set ${environmentName("adminToken")} to a random text of 16 characters or more, or listen on 127.0.0.1`,
  });
}

/** The settings as lines for people: name, value, source. Secrets are shown as set or not. */
export function describeConfig({
  settings,
  sources,
}: HostConfig): readonly { readonly name: SettingName; readonly value: string; readonly source: string }[] {
  return SETTING_NAMES.map((name) => {
    const value = settings[name];
    const shown = SECRET_SETTINGS.has(name) ? (value === null ? "not set" : "set") : JSON.stringify(value);
    return { name, value: shown, source: sources[name] };
  });
}

function suggestion(name: string): string {
  const near = SETTING_NAMES.find((each) => distance(each.toLowerCase(), name.toLowerCase()) <= TYPOS_MAX);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}

/** Levenshtein's distance: least number of inserted, deleted or changed characters. */
function distance(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const changed = (above[column - 1] as number) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(changed, (above[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    above = current;
  }
  return above[right.length] as number;
}
