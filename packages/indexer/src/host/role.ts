import type { HostClock } from "@tenon/graph-core";
import type { OnEndedRun } from "@tenon/stream-runtime";
import type { StageLatency } from "../observe/stage-latency.ts";
import type { SwitchWatch } from "../switches/switch-watch.ts";
import type { IndexerStores } from "./open-stores.ts";

/** Parts of the pipeline that a process can take. Any number of processes may share one. */
export const ROLES = ["gateway", "updater", "argus", "batch"] as const;
export type Role = (typeof ROLES)[number];

/** Between two rounds of a task that is not behind: what may wait is taken in larger batches, and leaves the processors to what may not. */
export const ROUND_MS = { high: 0, medium: 50, low: 100 } as const;

export interface RoleContext {
  readonly stores: IndexerStores;
  readonly switches: SwitchWatch;
  readonly clock: HostClock;
  /** Counts what goes through `stores.log` already; rows are the updater's to count. */
  readonly latency: StageLatency;
  /** Told what cannot go on; all try again after a while. */
  readonly onTrouble: (what: string, error: Error) => void;
  /** A part is broken for good: the process should end, another one goes on. */
  readonly onFatal: (what: string, error: Error) => void;
  readonly say: (what: string) => void;
  /** Takes note of runs of graphs for dev runs; absent where none are kept. */
  readonly onRun: OnEndedRun | undefined;
}

export interface RunningRole {
  readonly role: Role;
  metricsText(): string;
  stop(): Promise<void>;
}
