/** The settings of the host that a flag can give; the others come from the file or the environment. */
import type { SettingName } from "@tenon/admixer";

/** Setting → placeholder of its value, and what help says of it. */
export const SETTING_FLAGS = {
  host: ["<address>", "address to listen on; anything but loopback needs TENON_ADMIN_TOKEN"],
  port: ["<number>", "port to listen on; 0 takes a free one"],
  seed: ["<number>", "seed of campaigns, users and sample requests"],
  adsMax: ["<number>", "load at most this many ads"],
  usersCount: ["<number>", "users to generate"],
  deadlineMs: ["<ms>", "time a request has from its arrival to its answer"],
  concurrencyMax: ["<number>", "requests that run at once"],
  checkedShare: ["<share>", "share of requests that run checked and leave a trace"],
  dataFolder: ["<folder>", "where the host keeps its files"],
  logFolder: ["<folder>", "where feature log and insertion events go"],
  logLevel: ["<level>", "what is told on standard error: silent, error, warn, info"],
} as const satisfies Partial<Record<SettingName, readonly [string, string]>>;

export type FlaggedSetting = keyof typeof SETTING_FLAGS;
/** As the command line gives them: texts. */
export type SettingFlags = Partial<Readonly<Record<FlaggedSetting, string>>>;

/** Those of a request alone: what listens and logs is of no use to it. */
export const RUN_SETTINGS: readonly FlaggedSetting[] = ["seed", "adsMax", "usersCount", "deadlineMs"];

/** `adsMax` → `--ads-max <number>`. */
export function flagWords(name: FlaggedSetting): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${SETTING_FLAGS[name][0]}`;
}

/** The settings among the options of a command. */
export function settingFlags(options: Readonly<Record<string, unknown>>): SettingFlags {
  const names = Object.keys(SETTING_FLAGS) as FlaggedSetting[];
  return Object.fromEntries(
    names.flatMap((name) => (typeof options[name] === "string" ? [[name, options[name]]] : [])),
  );
}
