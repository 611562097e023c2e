/** A worker process of a simulation. Killed, it does nothing any more: no call returns, no timer fires. */
import type { EventLog, JoinOptions, Member } from "@tenon/event-log/api";
import type { SimulatedLog } from "@tenon/event-log/simulation";
import type { HostClock } from "@tenon/graph-core";
import {
  type BreakableRule,
  type FaultPoint,
  type RunningTasks,
  runTasks,
  type Task,
  type TaskStore,
} from "../src/index.ts";

const NEVER = new Promise<never>(() => undefined);

export interface ProcessOptions {
  readonly name: string;
  readonly log: SimulatedLog;
  readonly store: TaskStore;
  readonly clock: HostClock;
  readonly tasks: readonly Task[];
  /** Asked at every fault point: kill the process here? */
  readonly breaks?: BreakableRule | undefined;
  readonly killsAt: (point: FaultPoint) => boolean;
  /** After this long the group gives a killed process's partitions away. */
  readonly noticeMs: number;
  /** Asked at every fault point: wait for something here? */
  readonly holds?: (point: FaultPoint) => Promise<void> | undefined;
  readonly onKilled: (process: Process) => void;
}

export class Process {
  readonly name: string;
  readonly halted: string[] = [];
  isDead = false;
  #isDeaf = false;
  #running: RunningTasks | undefined;
  readonly #options: ProcessOptions;
  readonly #members: Member[] = [];

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.name = options.name;
  }

  async start(): Promise<void> {
    const { log, store, clock, tasks, name } = this.#options;
    this.#running = await runTasks({
      tasks,
      log: this.#mortal(log as unknown as EventLog),
      store: this.#mortal(store),
      clock: {
        ...clock,
        after: (delayMs, callback) => clock.after(delayMs, () => this.isDead || callback()),
      },
      owner: name,
      checkedShare: 0.1,
      batch: Object.fromEntries(
        ["high", "medium", "low"].map((lane) => [lane, { recordsMin: 2, recordsMax: 16, bytesMax: 100_000 }]),
      ),
      onHalted: (task, error) => this.halted.push(`${task.name}: ${error.message}`),
      faults: {
        breaks: (rule) => rule === this.#options.breaks,
        reached: (point) => {
          if (this.isDead) return NEVER;
          if (!this.#options.killsAt(point)) return this.#options.holds?.(point);
          this.kill();
          return NEVER;
        },
      },
    });
  }

  /** Commits refused because of another owner. */
  get fenced(): number {
    return this.#running?.metrics.reduce((total, { fenced }) => total + fenced, 0) ?? 0;
  }

  kill(): void {
    if (this.isDead) return;
    this.isDead = true;
    // The group notices after a while, as by a session that times out.
    this.#options.clock.after(this.#options.noticeMs, () => {
      for (const member of this.#members) void member.leave();
    });
    this.#options.onKilled(this);
  }

  /** The group gives its partitions to others and it learns nothing of that: stopped, as by SIGSTOP. */
  leaveUnnoticed(): void {
    this.#isDeaf = true;
    for (const member of this.#members) void member.leave();
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
  }

  /** Calls go through while the process lives; what comes back to a dead one is never seen. */
  #mortal<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return async (...values: unknown[]) => {
          if (this.isDead) return NEVER;
          const given = name === "join" ? [this.#mortalJoin(values[0] as JoinOptions)] : values;
          const result: unknown = await Reflect.apply(value, target, given);
          if (this.isDead) return NEVER;
          if (name !== "join") return result;
          this.#members.push(result as Member);
          return this.#mortalMember(result as Member);
        };
      },
    });
  }

  #mortalMember(member: Member): Member {
    const calls =
      (name: "pull" | "seek" | "report" | "leave") =>
      async (...values: unknown[]): Promise<never> => {
        const isSilent = () => this.isDead || (this.#isDeaf && name === "pull");
        if (isSilent()) return NEVER;
        // Deaf, its client goes on believing: no answer and no refusal tells it otherwise.
        const call = Reflect.apply(member[name] as never, member, values) as Promise<never>;
        return call.then(
          (result) => (isSilent() ? NEVER : result),
          (error) => (isSilent() ? NEVER : Promise.reject(error)),
        );
      };
    return {
      get assigned() {
        return member.assigned;
      },
      pull: calls("pull"),
      seek: calls("seek"),
      report: calls("report"),
      leave: calls("leave"),
    };
  }

  #mortalJoin(options: JoinOptions): JoinOptions {
    return {
      ...options,
      onAssigned: (at) => (this.isDead ? NEVER : options.onAssigned(at)),
      onRevoked: (at) => (this.isDead || this.#isDeaf ? Promise.resolve() : options.onRevoked(at)),
      onLost: (at) => {
        if (!this.isDead && !this.#isDeaf) options.onLost(at);
      },
      onFailed: (error) => {
        if (!this.isDead && !this.#isDeaf) options.onFailed(error);
      },
    };
  }
}
