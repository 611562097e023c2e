/** Everything that keeps a fresh installation from serving, looked at one by one; nothing is changed. */
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type HostConfig, loadClickModels, openMarketplace } from "@tenon/admixer";
import type { Project } from "../project/find-project.ts";
import type { DoctorFinding } from "./finding.ts";

const NODE_MAJOR_MIN = 24;

export function lookAtNode(version: string): DoctorFinding {
  const isNew = Number(version.split(".")[0]) >= NODE_MAJOR_MIN;
  return {
    subject: "node",
    state: isNew ? "ok" : "error",
    found: `version ${version}`,
    ...(!isNew && { hint: `install Node ${NODE_MAJOR_MIN} or later` }),
  };
}

/** Packages whose versions decide what runs: ours must be of one release. */
const PACKAGES = [
  "@tenon/graph-core",
  "@tenon/graphs",
  "@tenon/admixer",
  "@tenon/source-rules",
  "zod",
  "fastify",
] as const;

export function lookAtVersions(versionOf: (name: string) => string | undefined): DoctorFinding {
  const versions = PACKAGES.map((name) => [name, versionOf(name)] as const);
  const missing = versions.filter(([, version]) => version === undefined).map(([name]) => name);
  const ours = new Set(versions.filter(([name]) => name.startsWith("@tenon/")).map(([, version]) => version));
  const found = versions.map(([name, version]) => `${name} ${version ?? "missing"}`).join(", ");
  if (missing.length > 0) return { subject: "packages", state: "error", found, hint: "run `npm ci`" };
  return ours.size === 1
    ? { subject: "packages", state: "ok", found }
    : { subject: "packages", state: "error", found, hint: "install @tenon packages of one release" };
}

/** The version of a package that lies in `node_modules` upwards from a folder. */
export function installedVersion(name: string, from = dirname(fileURLToPath(import.meta.url))): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const manifest = join(folder, "node_modules", name, "package.json");
    if (existsSync(manifest))
      return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string }).version;
    if (dirname(folder) === folder) return undefined;
  }
}

export function lookAtFolder(subject: string, folder: string): DoctorFinding {
  let nearest = resolve(folder);
  while (!existsSync(nearest)) nearest = dirname(nearest);
  if (!isWritableFolder(nearest)) {
    return {
      subject,
      state: "error",
      found: `${folder}: ${nearest} is no folder that can be written`,
      hint: "give this user the right to write there, or name another folder in the settings",
    };
  }
  return { subject, state: "ok", found: `${folder} can be written${nearest === folder ? "" : " (not there yet)"}` };
}

function isWritableFolder(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Takes the port for a moment, as the host would. */
export async function lookAtPort({ settings }: HostConfig): Promise<DoctorFinding> {
  const { host, port } = settings;
  const address = `${host}:${port}`;
  if (port === 0) return { subject: "port", state: "ok", found: `${address} takes any free port` };
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((done) => {
    const server = createServer();
    server.once("error", done);
    server.listen(port, host, () => server.close(() => done(undefined)));
  });
  if (problem === undefined) return { subject: "port", state: "ok", found: `${address} is free` };
  const taken = problem.code === "EADDRINUSE";
  return {
    subject: "port",
    state: taken ? "warning" : "error",
    found: taken
      ? `${address} is taken${(await isAdMixer(host, port)) ? " by an AdMixer" : ""}`
      : `${address}: ${problem.message}`,
    hint: taken ? "stop what has it, or start with --port 0" : "set host to an address of this machine",
  };
}

/** Longest wait for an answer of whoever has the port, ms. */
const ANSWER_MAX_MS = 1_000;

async function isAdMixer(host: string, port: number): Promise<boolean> {
  try {
    const reply = await fetch(`http://${host}:${port}/healthz`, { signal: AbortSignal.timeout(ANSWER_MAX_MS) });
    return ((await reply.json()) as { readonly status?: string }).status === "alive";
  } catch {
    return false;
  }
}

/** Opens a marketplace of one ad: reads the whole catalogue, whose checksum is compared while it is read. */
export function lookAtData(): DoctorFinding {
  const options = { seed: 1, adsMax: 1, usersCount: 1, pseudonymKey: "doctor", nowMs: Date.now };
  const { index } = openMarketplace(options);
  const { embeddingVersion } = index.current().version;
  return { subject: "catalogue", state: "ok", found: `its checksum is right; vectors of version ${embeddingVersion}` };
}

export function lookAtModels(): DoctorFinding {
  const { light, click, calibrators } = loadClickModels();
  const versions = [light, click, calibrators].map(({ version }) => version);
  return { subject: "models", state: "ok", found: `they fit together: ${versions.join(", ")}` };
}

export function lookAtProject(project: Project): DoctorFinding {
  const hasOwners = existsSync(project.ownersFile);
  return {
    subject: "project",
    state: hasOwners ? "ok" : "warning",
    found: hasOwners ? project.root : `${project.root} has no owners.json, so owners are not checked`,
    ...(!hasOwners && { hint: "list your teams in owners.json" }),
  };
}
