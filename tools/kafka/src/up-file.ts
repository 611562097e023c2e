/** What `kafka:up` started, so that `kafka:down` ends that and nothing else. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { kafkaFolder } from "./folders.ts";

export interface UpFile {
  readonly version: string;
  readonly brokers: readonly string[];
  readonly pids: readonly number[];
  readonly folder: string;
}

const path = resolve(kafkaFolder, "up.json");

export function writeUpFile(up: UpFile): void {
  writeFileSync(path, `${JSON.stringify(up, null, 2)}\n`);
}

export function readUpFile(): UpFile | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as UpFile;
  } catch {
    return undefined;
  }
}

export function removeUpFile(): void {
  rmSync(path, { force: true });
}

/** Those of its processes that still run: a process id may be somebody else's by now, so the command line decides. */
export function runningPids({ pids, folder }: UpFile): readonly number[] {
  return pids.filter((pid) => {
    const { stdout } = spawnSync("ps", ["-o", "args=", "-p", String(pid), "-ww"], { encoding: "utf8" });
    return stdout.includes("kafka.Kafka") && stdout.includes(folder);
  });
}
