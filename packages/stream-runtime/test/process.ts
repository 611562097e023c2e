/** A worker process of a simulation. Killed, it does nothing any more: no call returns, no timer fires. */
import type { EventLog, JoinOptions, Member } from "@tenon/event-log/api";
import type { SimulatedLog } from "@tenon/event-log/simulation";
import type { HostClock } from "@tenon/graph-core";
import {
  type BreakableRule,
  type FaultPoint,
  type PartitionMetrics,
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

  get metrics(): readonly PartitionMetrics[] {
    return this.#running?.metrics ?? [];
  }

  kill(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.#noticed();
    this.#options.onKilled(this);
  }

  /** The group notices after a while, as by a session that times out. */
  #noticed(): void {
    this.#options.clock.after(this.#options.noticeMs, () => {
      for (const member of this.#members) void member.leave();
    });
  }

  /** The group gives its partitions to others; it learns of that after `noticeMs`. */
  loseGroup(noticeMs: number): void {
    for (const member of this.#members) this.#options.log.takeAway(member, noticeMs);
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
          if (name === "join") this.#members.push(result as Member);
          // Killed while it joined: the group has a member that nobody speaks for.
          if (name === "join" && this.isDead) this.#noticed();
          if (this.isDead) return NEVER;
          return name === "join" ? this.#mortalMember(result as Member) : result;
        };
      },
    });
  }

  #mortalMember(member: Member): Member {
    const calls =
      (name: "pull" | "seek" | "report" | "leave") =>
      (...values: unknown[]) =>
        this.isDead
          ? NEVER
          : (Reflect.apply(member[name] as never, member, values) as Promise<never>).then((result) =>
              this.isDead ? NEVER : result,
            );
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
      onRevoked: (at) => (this.isDead ? Promise.resolve() : options.onRevoked(at)),
      onLost: (at) => {
        if (!this.isDead) options.onLost(at);
      },
      onFailed: (error) => {
        if (!this.isDead) options.onFailed(error);
      },
    };
  }
}
