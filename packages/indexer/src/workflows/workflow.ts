/**
 * Batch workflows: base builds, syncs, refreshes, garbage collection, history. Each is run by one process at a time, now by
 * command or when its schedule says so, and every run is recorded.
 *
 * W1 A workflow has at most one run under way, whoever asks, from whatever process.
 * W2 A run belongs to a process for a lease, extended with every step; one whose process died is taken over with what it had
 *    saved, so a step may be done twice and must bear that.
 * W3 A scheduled moment is run once, by one process. Moments that passed while nobody ran are made up for by one run.
 */
import type { OwnerName } from "@tenon/graph-core";
import { Cron } from "croner";
import { indexerError } from "../indexer-error.ts";

/** JSON, as it is stored. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonRecord = Readonly<Record<string, Json>>;

/** One run, seen from its work. */
export interface RunContext {
  readonly runId: number;
  readonly options: JsonRecord;
  /** What an earlier attempt of this run has saved; undefined at the first. */
  readonly saved: JsonRecord | undefined;
  /** Aborts when the lease is lost or the host stops. */
  readonly signal: AbortSignal;
  /**
   * Ends a step: keeps how far the run is, and extends its lease. `done` and `total` count what the run counts (documents, rows).
   *
   * @throws GraphError TENON1653 when somebody else has the run: stop at once
   */
  readonly step: (progress: Progress) => Promise<void>;
}

export interface Progress {
  readonly done: number;
  /** Absent when it is not known. */
  readonly total?: number;
  /** What the next attempt needs to go on from here. */
  readonly saved?: JsonRecord;
}

export interface Workflow {
  /** `[a-z][a-z0-9-]*`, at most 40 characters. */
  readonly name: string;
  readonly owner: OwnerName;
  readonly purpose: string;
  /** Cron expression in UTC, five fields; null runs by command only. */
  readonly schedule: string | null;
  /** What the command takes, with a line each. */
  readonly options: Readonly<Record<string, string>>;
  /** Result is kept with the run: counts, names, reports. */
  readonly run: (context: RunContext) => Promise<JsonRecord>;
}

const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** @throws GraphError TENON1651 for a name or a schedule that cannot be used */
export function refuseWrongWorkflows(workflows: readonly Workflow[]): void {
  const names = new Set<string>();
  for (const { name, owner, schedule } of workflows) {
    const problem = !NAME.test(name)
      ? "its name is unusable: expected at most 40 of a-z, 0-9 and -, a letter first"
      : names.has(name)
        ? "two workflows have this name"
        : scheduleProblem(schedule);
    if (problem !== undefined)
      throw indexerError("wrongWorkflow", `workflow "${name}" (owner ${owner}): ${problem}`, {
        owner,
        hint: 'a schedule has five fields, minute to weekday, in UTC: "0 */4 * * *" is every four hours',
      });
    names.add(name);
  }
}

function scheduleProblem(schedule: string | null): string | undefined {
  if (schedule === null) return undefined;
  try {
    cronOf(schedule);
    return undefined;
  } catch (error) {
    return `its schedule "${schedule}" cannot be read: ${(error as Error).message}`;
  }
}

/** The last scheduled moment in `(afterMs, untilMs]`, ms since 1970. */
export function lastDueMs(schedule: string, afterMs: number, untilMs: number): number | undefined {
  const [previous] = cronOf(schedule).previousRuns(1, new Date(untilMs + 1));
  const dueMs = previous?.getTime();
  return dueMs !== undefined && dueMs > afterMs ? dueMs : undefined;
}

/** The first scheduled moment after an instant, ms since 1970. */
export function nextDueMs(schedule: string, afterMs: number): number | undefined {
  return cronOf(schedule).nextRun(new Date(afterMs))?.getTime();
}

function cronOf(schedule: string): Cron {
  // Five fields: a workflow that is due every second is a task of a stream.
  return new Cron(schedule, { paused: true, timezone: "UTC", mode: "5-part" });
}
