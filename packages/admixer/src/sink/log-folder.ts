/** The folder of a log: names of its segments, and who writes there. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostError } from "../host/host-error.ts";

const SEGMENT_NAME = /^segment-(\d{10})\.tenonlog$/;
const LOCK_NAME = "lock";

export interface SegmentFile {
  readonly path: string;
  readonly name: string;
  readonly number: number;
  readonly bytes: number;
}

export function segmentPath(folder: string, number: number): string {
  return join(folder, `segment-${String(number).padStart(10, "0")}.tenonlog`);
}

/** Segments of a folder, oldest first; none where there is no folder. */
export function segmentsOf(folder: string): readonly SegmentFile[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return names
    .flatMap((name): readonly SegmentFile[] => {
      const number = Number(SEGMENT_NAME.exec(name)?.[1]);
      const path = join(folder, name);
      return Number.isNaN(number) ? [] : [{ path, name, number, bytes: statSync(path).size }];
    })
    .sort((left, right) => left.number - right.number);
}

/**
 * Takes the folder for this process; gives a function that lets it go.
 *
 * @throws GraphError TENON1604 when the folder cannot be written, or another running process has it
 */
export function takeFolder(folder: string): () => void {
  const lock = join(folder, LOCK_NAME);
  try {
    mkdirSync(folder, { recursive: true });
    if (!claim(lock)) {
      const holder = Number(readFileSync(lock, "utf8"));
      if (isRunning(holder)) throw taken(folder, holder, lock);
      // Its process ended without letting go.
      rmSync(lock, { force: true });
      if (!claim(lock)) throw taken(folder, Number(readFileSync(lock, "utf8")), lock);
    }
  } catch (error) {
    if ((error as { readonly code?: string }).code?.startsWith("TENON")) throw error;
    throw hostError("cannotKeepData", {
      message: `folder "${folder}" cannot be written`,
      detail: (error as Error).message,
      hint: "set logFolder or dataFolder to a folder this process may write",
      cause: error,
    });
  }
  return () => rmSync(lock, { force: true });
}

function claim(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function taken(folder: string, pid: number, lock: string): Error {
  return hostError("cannotKeepData", {
    message: `folder "${folder}" is in use by process ${pid}`,
    detail: "two hosts must not write one log",
    hint: `stop that host, set another logFolder, or delete "${lock}" if process ${pid} is no Tenon host`,
  });
}
