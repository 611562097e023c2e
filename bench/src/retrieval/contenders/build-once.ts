/** A graph that takes minutes to build is built once per machine: later runs load its file. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { writeWhole } from "../data/cache.ts";
import { type Built, type Contender, cpuMs, type Unavailable } from "./contender.ts";

export interface GraphOnce {
  readonly name: string;
  readonly path: string;
  /** The file of an earlier run or nothing, because building takes longer than this run may. */
  readonly cachedOnly: boolean;
  readonly set: { readonly count: number };
  load(path: string): void;
  fill(): void;
  save(path: string): void;
  contender(): Contender;
}

export function buildOnce({
  name,
  path,
  cachedOnly,
  set,
  load,
  fill,
  save,
  contender,
}: GraphOnce): Built | Unavailable {
  if (existsSync(path)) {
    load(path);
    return { contender: contender(), buildCpuMs: undefined };
  }
  if (cachedOnly)
    return {
      name,
      unavailable: `its graph of ${set.count} ads takes minutes to build and no full run has left one on this machine`,
    };
  const before = cpuMs();
  fill();
  const buildCpuMs = cpuMs() - before;
  writeWhole(`${path}.ms`, (partial) => writeFileSync(partial, `${buildCpuMs}`));
  writeWhole(path, save);
  return { contender: contender(), buildCpuMs };
}

/** CPU time of the build of the graph that lies at a path, ms; undefined when none does. */
export function keptBuildCpuMs(path: string): number | undefined {
  const file = `${path}.ms`;
  return existsSync(file) ? Number(readFileSync(file, "utf8")) : undefined;
}
