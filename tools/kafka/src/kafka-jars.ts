/** The jars of a Kafka version, fetched once by Maven. */
import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { kafkaFolder, pomPath } from "./folders.ts";

/** 44 MB; 4 to 20 s with an empty cache. */
const FETCH_MS_MAX = 180_000;
const JAVA_MIN = 17;

function jarsFolder(version: string): string {
  return resolve(kafkaFolder, `jars-${version}`);
}

/** Why Kafka cannot be started here, or `undefined` when it can. Where CI runs, a missing tool is a failure, not a reason. */
export function kafkaMissing(version: string): string | undefined {
  if (process.env.CI === "true") return undefined;
  const java = javaVersion();
  if (java === undefined || java < JAVA_MIN) return `needs Java ${JAVA_MIN} or newer`;
  if (existsSync(jarsFolder(version)) || spawnSync("mvn", ["-v"]).status === 0) return undefined;
  return "needs Maven, once, to fetch Kafka";
}

function javaVersion(): number | undefined {
  const { stderr, status } = spawnSync("java", ["-version"], { encoding: "utf8" });
  const found = status === 0 ? /version "(\d+)/.exec(stderr)?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
}

/** Folder with the jars; fetches them when they are not there. Two processes that fetch at once do no harm. */
export async function kafkaJars(version: string): Promise<string> {
  const folder = jarsFolder(version);
  if (existsSync(folder)) return folder;
  await mkdir(kafkaFolder, { recursive: true });
  const fetched = `${folder}.${process.pid}`;
  const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${fetched}`];
  await promisify(execFile)("mvn", ["-q", "-B", "-f", pomPath, `-Dkafka.version=${version}`, ...goal], {
    timeout: FETCH_MS_MAX,
  });
  // Moved into place whole: a run that was cut short leaves no half set behind.
  await rename(fetched, folder).catch(async (error: unknown) => {
    await rm(fetched, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
  return folder;
}
