/**
 * Which programs are run under which user.
 *
 * The order, each step tried for real before it is taken: (1) not root: plainly; (2) root, and user nobody gets to
 * programs and data: as nobody; (3) root: in a user namespace; (4) root, and nobody gets to the data: a copy of the
 * programs, as nobody; (5) no runnable package: a Postgres of the system, by the same order, with a notice. PGlite is not
 * an end of this list: it has no logical decoding and one connection, so most of what runs on this package would not.
 */
import { LaunchFailure } from "./launch-failure.ts";
import type { RunAs, User } from "./run-as.ts";

/** Earlier servers lack what our statements need. */
export const SYSTEM_MAJOR_MIN = 15;

export interface ServerPrograms {
  /** Folder with `bin` in it. */
  readonly home: string;
  readonly origin: "package" | "system";
  readonly runAs: RunAs;
  /** `18.4`. */
  readonly version: string;
  readonly major: number;
  /** What a user of the machine should know about the choice. */
  readonly notice?: string;
}

/** What the choice asks of the machine; tests answer themselves. */
export interface Machine {
  readonly root: boolean;
  nobody(): Promise<User | undefined>;
  /** The folder of the package's programs, checked, or why there is none. */
  packageHome(): Promise<{ readonly home: string } | { readonly missing: string }>;
  /** Whether a user gets through to what is in a folder. */
  traversable(folder: string, user: User): Promise<boolean>;
  /** What `postgres --version` says, or why it does not run. */
  version(home: string, runAs: RunAs): Promise<{ readonly version: string } | { readonly fails: string }>;
  copy(home: string): Promise<string>;
  /** Folders of installed servers, newest first. */
  systemHomes(): Promise<readonly string[]>;
}

/** @throws LaunchFailure TENON1510 with everything that was tried */
export async function chooseServer(machine: Machine, dataParent: string): Promise<ServerPrograms> {
  const tried: string[] = [];
  const found = await machine.packageHome();
  if ("missing" in found) tried.push(found.missing);
  else {
    const chosen = await chooseUser(machine, { home: found.home, origin: "package", dataParent, tried });
    if (chosen !== undefined) return chosen;
  }
  for (const home of await machine.systemHomes()) {
    const chosen = await chooseUser(machine, { home, origin: "system", dataParent, tried });
    if (chosen === undefined) continue;
    if (chosen.major >= SYSTEM_MAJOR_MIN) {
      return { ...chosen, notice: `Postgres ${chosen.version} of the system in ${home} is used: ${tried[0]}` };
    }
    tried.push(`${home} has version ${chosen.version}, and ${SYSTEM_MAJOR_MIN} is the least`);
  }
  throw new LaunchFailure({
    code: "TENON1510",
    category: "resource",
    message: "no Postgres can be run on this machine",
    detail: tried.join("; "),
    hint:
      "set DATABASE_URL to a server, install Postgres 15 or later, or run as an ordinary user with the data folder in its home; " +
      "PGlite is no substitute: it has no logical decoding and a single connection",
  });
}

interface Candidate {
  readonly home: string;
  readonly origin: "package" | "system";
  readonly dataParent: string;
  /** Gets the reason of every step that does not do. */
  readonly tried: string[];
}

async function chooseUser(machine: Machine, candidate: Candidate): Promise<ServerPrograms | undefined> {
  const { home, dataParent, origin, tried } = candidate;
  if (!machine.root) return attempt(machine, candidate, home, { kind: "self" });
  const nobody = await machine.nobody();
  if (nobody === undefined) {
    tried.push("this is root, and there is no user nobody to run as");
    return undefined;
  }
  const asNobody: RunAs = { kind: "user", ...nobody };
  const dataReached = await machine.traversable(dataParent, nobody);
  if (!dataReached) tried.push(`user nobody does not get through to ${dataParent}`);
  if (dataReached && (await machine.traversable(home, nobody))) {
    const chosen = await attempt(machine, candidate, home, asNobody);
    if (chosen !== undefined) return chosen;
  }
  const chosen = await attempt(machine, candidate, home, { kind: "userNamespace", ...nobody });
  if (chosen !== undefined || !dataReached || origin === "system") return chosen;
  return attempt(machine, candidate, await machine.copy(home), asNobody);
}

async function attempt(
  machine: Machine,
  { origin, tried }: Candidate,
  home: string,
  runAs: RunAs,
): Promise<ServerPrograms | undefined> {
  const answer = await machine.version(home, runAs);
  if ("fails" in answer) {
    tried.push(`${home} does not run ${WAYS[runAs.kind]}: ${answer.fails}`);
    return undefined;
  }
  return { home, origin, runAs, version: answer.version, major: Number.parseInt(answer.version, 10) };
}

const WAYS: Readonly<Record<RunAs["kind"], string>> = {
  self: "as this user",
  user: "as user nobody",
  userNamespace: "in a user namespace",
};
