/**
 * Gets the native peers: a virtual environment of Python for FAISS, jars and a JDK for Lucene, a compiler for the scan in C; or says
 * why there is none.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Unavailable } from "../contenders/contender.ts";
import type { PeerCommand } from "./peer-process.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const PEERS = join(ROOT, "bench/peers");
const KEPT = join(ROOT, ".tenon/bench");
const FETCH_MAX_MS = 300_000;
/** Lucene 10 is compiled for it. */
const JDK_LEAST = 21;
const JDK_FOLDER = "/usr/lib/jvm";
/** Vectors, filters and one flush of 500,000 ads. */
const HEAP = "-Xmx5g";

export const FAISS = "FAISS";
export const LUCENE = "Lucene";
export const C_SCAN = "C with AVX-512 VNNI";

/** Starts a peer over the files of a set. `facts`: folder of the set, folder for indexes, ads, dimensions. */
export type PeerProgram = (facts: readonly string[]) => PeerCommand;

export function faissProgram(): PeerProgram | Unavailable {
  const environment = join(KEPT, "faiss");
  const python = join(environment, "bin/python");
  try {
    if (!existsSync(python)) fetchFaiss(environment);
  } catch (error) {
    return { name: FAISS, unavailable: `its Python environment could not be made: ${reasonOf(error)}` };
  }
  return (facts) => ({ program: python, arguments: [join(PEERS, "faiss/filtered_search.py"), ...facts] });
}

function fetchFaiss(environment: string): void {
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(KEPT, { recursive: true });
  // Made under its final name: a virtual environment cannot be moved. Half a one has no python, so it is made again.
  const partial = join(environment, "bin/python.missing");
  run("python3", ["-m", "venv", environment]);
  renameSync(join(environment, "bin/python"), partial);
  run(partial, ["-m", "pip", "install", "--quiet", "-r", join(PEERS, "faiss/requirements.txt")]);
  renameSync(partial, join(environment, "bin/python"));
}

export function luceneProgram(): PeerProgram | Unavailable {
  const java = newestJava();
  if (java === undefined) return { name: LUCENE, unavailable: `no JDK of ${JDK_LEAST} or newer was found` };
  const jars = join(KEPT, "lucene");
  try {
    if (!existsSync(jars)) fetchLucene(jars);
  } catch (error) {
    return { name: LUCENE, unavailable: `its jars could not be fetched: ${reasonOf(error)}` };
  }
  const flags = [HEAP, "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"];
  const source = join(PEERS, "lucene/FilteredSearch.java");
  return (facts) => ({ program: java, arguments: [...flags, "-cp", join(jars, "*"), source, ...facts] });
}

function fetchLucene(jars: string): void {
  const partial = `${jars}.${process.pid}`;
  const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${partial}`];
  run("mvn", ["-q", "-B", "-f", join(PEERS, "lucene/pom.xml"), ...goal]);
  renameSync(partial, jars);
}

/** Compiled for this machine each time: it takes a second, and a file of another machine may not run here. */
export function scanProgram(): PeerProgram | Unavailable {
  const program = join(KEPT, "c-scan");
  try {
    mkdirSync(KEPT, { recursive: true });
    run("gcc", ["-O3", "-march=native", "-o", program, join(PEERS, "c-scan/scan.c"), "-lm"]);
  } catch (error) {
    return { name: C_SCAN, unavailable: `it could not be compiled: ${reasonOf(error)}` };
  }
  return (facts) => ({ program, arguments: facts });
}

/** The newest JDK among JAVA_HOME, the path and the usual folder, if it is new enough. */
function newestJava(): string | undefined {
  const homes = existsSync(JDK_FOLDER) ? readdirSync(JDK_FOLDER).map((name) => join(JDK_FOLDER, name)) : [];
  if (process.env.JAVA_HOME !== undefined) homes.unshift(process.env.JAVA_HOME);
  const programs = ["java", ...homes.map((home) => join(home, "bin/java"))];
  const found = programs
    .map((program) => ({ program, version: versionOf(program) }))
    .filter(({ version }) => version >= JDK_LEAST)
    .sort((left, right) => right.version - left.version);
  return found[0]?.program;
}

/** Major version of a java program, 0 when it cannot be run. */
function versionOf(program: string): number {
  try {
    const properties = run(program, ["--version"]);
    return Number(/^\S+ (\d+)/.exec(properties)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function run(program: string, given: readonly string[]): string {
  return execFileSync(program, given, { encoding: "utf8", timeout: FETCH_MAX_MS, stdio: ["ignore", "pipe", "pipe"] });
}

function reasonOf(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message?: string };
  return (stderr?.trim().split("\n").at(-1) || message || String(error)).slice(0, 200);
}
