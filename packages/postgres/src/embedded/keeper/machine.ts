/** This machine's answers to `chooseServer`. */
import { readdir, realpath, stat } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { CHECKSUMS, copyPackage, findPackage, makeLinks, platformName, requireUnaltered } from "./binaries.ts";
import type { Machine } from "./choose-server.ts";
import { messageOf } from "./launch-failure.ts";
import { commandAs, findNobody, isTraversable, type RunAs, runCommand } from "./run-as.ts";

/** Printing a version takes milliseconds; a loaded machine gets far more. */
const VERSION_MS_MAX = 10_000;
/** Open to all users and kept over a restart of the machine. */
const COPY_PARENT = "/var/tmp";

export interface MachineMemory {
  /** Fingerprint of programs that were compared with their checksum before. */
  readonly checked?: string;
}

export interface ThisMachine extends Machine {
  /** What to hand in as `MachineMemory.checked` next time. */
  readonly fingerprint: string | undefined;
}

export function thisMachine(memory: MachineMemory): ThisMachine {
  let fingerprint = memory.checked;
  const expected = CHECKSUMS[platformName()] ?? "";
  return {
    root: process.getuid?.() === 0,
    get fingerprint() {
      return fingerprint;
    },
    nobody: () => findNobody(),
    async packageHome() {
      const found = await findPackage();
      if ("missing" in found) return found;
      fingerprint = await requireUnaltered(found.native, expected, memory.checked);
      if (await makeLinks(found.native)) return { home: found.native };
      return { home: await copyPackage(found.native, COPY_PARENT, expected) };
    },
    traversable: isTraversable,
    version: versionOf,
    copy: (home) => copyPackage(home, COPY_PARENT, expected),
    systemHomes,
  };
}

/** The same machine with one installed server, which the caller has named. */
export function machineWithHome(memory: MachineMemory, home: string): ThisMachine {
  return {
    ...thisMachine(memory),
    fingerprint: memory.checked,
    packageHome: async () => ({ missing: `the option home names ${home}` }),
    async systemHomes() {
      // Another version of the package lacks its links, too.
      await makeLinks(home);
      return [home];
    },
  };
}

async function versionOf(
  home: string,
  runAs: RunAs,
): Promise<{ readonly version: string } | { readonly fails: string }> {
  const program = join(home, "bin", process.platform === "win32" ? "postgres.exe" : "postgres");
  try {
    const said = await runCommand(commandAs(runAs, program, ["--version"]), VERSION_MS_MAX);
    const version = /\(PostgreSQL\) (\d+(?:\.\d+)?)/.exec(said)?.[1];
    return version === undefined ? { fails: `it says "${said.trim()}"` } : { version };
  } catch (error) {
    return { fails: messageOf(error) };
  }
}

/** Where packages of systems put servers, with a folder per major version. */
const VERSIONED = ["/usr/lib/postgresql", "/usr/libexec/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr"];

/** Folders with a server in `bin`: those of the system's packages, newest first, then those on the path. */
async function systemHomes(): Promise<readonly string[]> {
  const homes: { readonly home: string; readonly major: number }[] = [];
  for (const parent of VERSIONED) {
    for (const name of await readdir(parent).catch(() => [])) {
      const major = /^(?:(?:postgresql@|postgresql|pgsql-)?(\d\d))$/.exec(name)?.[1];
      if (major !== undefined) homes.push({ home: join(parent, name), major: Number(major) });
    }
  }
  homes.sort((a, b) => b.major - a.major);
  const onPath = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = [...homes.map(({ home }) => join(home, "bin")), ...onPath];
  const found = new Set<string>();
  for (const folder of candidates) {
    const program = await realpath(join(folder, "postgres")).catch(() => undefined);
    if (program === undefined) continue;
    const home = dirname(dirname(program));
    if (await stat(join(home, "bin", "initdb")).catch(() => undefined)) found.add(home);
  }
  return [...found];
}
