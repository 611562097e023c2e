/** A process that runs workflows: asks for what is due, takes what is asked for, one run at a time. */
import { GraphError, type HostClock, pause, systemClock } from "@tenon/graph-core";
import { indexerError } from "../indexer-error.ts";
import type { ClaimedRun, RunStore } from "./run-store.ts";
import { type JsonRecord, lastDueMs, refuseWrongWorkflows, type Workflow } from "./workflow.ts";

export interface RunWorkflowsOptions {
  readonly workflows: readonly Workflow[];
  readonly store: RunStore;
  /** Names this process. */
  readonly owner: string;
  readonly clock?: HostClock;
  /** How long a run may stand still before somebody else goes on with it. Default 30 s. */
  readonly leaseMs?: number;
  /** Between looks. Default 1 s. */
  readonly lookMs?: number;
  readonly onTrouble?: (what: string, error: Error) => void;
  /** Told when a run begins and ends. */
  readonly onRun?: (what: string) => void;
}

export interface RunningWorkflows {
  /** The run this process has now. */
  readonly current: { readonly id: number; readonly workflow: string } | undefined;
  /** Gives the run under way back, with what it saved, and ends. */
  stop(): Promise<void>;
}

const LEASE_MS = 30_000;
const LOOK_MS = 1_000;
const BEATS_PER_LEASE = 3;

/** Runs workflows until stopped. @throws GraphError TENON1651 */
export async function runWorkflows(options: RunWorkflowsOptions): Promise<RunningWorkflows> {
  const { workflows, store, clock = systemClock, lookMs = LOOK_MS, onTrouble } = options;
  refuseWrongWorkflows(workflows);
  await store.prepare();
  const stop = new AbortController();
  const worker = new WorkflowWorker(options, stop.signal);
  const startedMs = clock.nowMs();
  const looking = (async () => {
    while (!stop.signal.aborted) {
      try {
        await askForDue(workflows, store, { sinceMs: startedMs, nowMs: clock.nowMs() });
        if (await worker.runNext()) continue;
      } catch (error) {
        onTrouble?.("workflows", error as Error);
      }
      await pause(clock, lookMs, stop.signal);
    }
  })();
  return {
    get current() {
      return worker.current;
    },
    stop: async () => {
      stop.abort();
      await looking;
    },
  };
}

/** Asks for the last moment of each workflow that has passed. One that was never due before counts from the start of this host. */
export async function askForDue(
  workflows: readonly Workflow[],
  store: RunStore,
  { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number },
): Promise<void> {
  for (const { name, schedule } of workflows) {
    if (schedule === null) continue;
    const dueMs = lastDueMs(schedule, (await store.lastDueMs(name)) ?? sinceMs, nowMs);
    if (dueMs !== undefined) await store.ask({ workflow: name, dueAtMs: dueMs });
  }
}

class WorkflowWorker {
  readonly #options: RunWorkflowsOptions;
  readonly #stop: AbortSignal;
  readonly #leaseMs: number;
  #current: ClaimedRun | undefined;

  constructor(options: RunWorkflowsOptions, stop: AbortSignal) {
    this.#options = options;
    this.#stop = stop;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
  }

  get current(): ClaimedRun | undefined {
    return this.#current;
  }

  /** Takes one run and ends it. Resolves with whether there was one. */
  async runNext(): Promise<boolean> {
    const { workflows, store, owner } = this.#options;
    const names = workflows.map(({ name }) => name);
    const run = await store.claim({ workflows: names, owner, leaseMs: this.#leaseMs });
    if (run === undefined) return false;
    this.#current = run;
    try {
      await this.#work(run, workflows.find(({ name }) => name === run.workflow) as Workflow);
    } finally {
      this.#current = undefined;
    }
    return true;
  }

  async #work(run: ClaimedRun, workflow: Workflow): Promise<void> {
    const { store, onRun, onTrouble } = this.#options;
    onRun?.(`workflow ${run.workflow}, run ${run.id}: begins${run.attempts > 1 ? ` again (${run.attempts})` : ""}`);
    const lost = new AbortController();
    const beating = this.#beat(run, lost);
    try {
      const result = await workflow.run({
        runId: run.id,
        options: run.options,
        saved: run.saved,
        signal: AbortSignal.any([this.#stop, lost.signal]),
        step: (progress) => store.step(run, progress, this.#leaseMs),
      });
      await store.finish(run, { result });
      onRun?.(`workflow ${run.workflow}, run ${run.id}: done`);
    } catch (error) {
      if (this.#stop.aborted) return await store.release(run);
      onTrouble?.(`workflow ${run.workflow}, run ${run.id}`, error as Error);
      if (error instanceof GraphError && error.code === "TENON1653") return;
      await store.finish(run, { error: reasonOf(error) });
    } finally {
      await beating();
    }
  }

  /** Extends the lease while the work is alive: a step may take longer than a lease, a dead process does not. */
  #beat(run: ClaimedRun, lost: AbortController): () => Promise<void> {
    const { store, clock = systemClock, onTrouble } = this.#options;
    const ended = new AbortController();
    const beating = (async () => {
      for (;;) {
        await pause(clock, this.#leaseMs / BEATS_PER_LEASE, ended.signal);
        if (ended.signal.aborted) return;
        try {
          if (!(await store.extend(run, this.#leaseMs))) return lost.abort();
        } catch (error) {
          onTrouble?.(`lease of run ${run.id}`, error as Error);
        }
      }
    })();
    return () => {
      ended.abort();
      return beating;
    };
  }
}

/** What is kept of a failure: the detail says which gate, which handler or which row it was. */
const REASON_CHARACTERS_MAX = 2_000;

function reasonOf(error: unknown): string {
  const { message, detail } = error as Partial<GraphError>;
  return (detail === undefined ? String(message ?? error) : `${message}: ${detail}`).slice(0, REASON_CHARACTERS_MAX);
}

/** @throws GraphError TENON1652 for a workflow or an option that is not declared */
export function requireWorkflow<Declared extends Pick<Workflow, "name" | "options">>(
  workflows: readonly Declared[],
  name: string,
  options: JsonRecord,
): Declared {
  const workflow = workflows.find((each) => each.name === name);
  if (workflow === undefined)
    throw indexerError("wrongCommand", `there is no workflow "${name}"`, {
      detail: `expected one of ${workflows.map((each) => each.name).join(", ")}`,
      hint: "`tenon workflow list` shows them with what they are for",
    });
  const unknown = Object.keys(options).find((option) => !(option in workflow.options));
  if (unknown !== undefined)
    throw indexerError("wrongCommand", `workflow "${name}" has no option "${unknown}"`, {
      detail: `expected one of ${Object.keys(workflow.options).join(", ") || "none"}`,
      hint: "`tenon workflow list` shows options",
    });
  return workflow;
}
