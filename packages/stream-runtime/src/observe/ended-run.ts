import type { Executor } from "@tenon/graph-core";

/** A run of a task's or a handler's graph that has ended; whether its transaction commits is not known yet. For a recorder. */
export interface EndedRun {
  readonly executor: Executor<never, unknown>;
  /** Request slots, as the graph was given them. */
  readonly request: unknown;
  readonly requestId: string;
  readonly nowMs: number;
  readonly failed: boolean;
}

/** Told of every run: it must answer at once and never throw. */
export type OnEndedRun = (run: EndedRun) => void;
