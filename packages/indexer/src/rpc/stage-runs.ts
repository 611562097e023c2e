/**
 * A stage called instead of fed: the same messages, the same graph, the same effects as by its topic.
 *
 * R1 `append` puts messages into the stage's topic: the answer says where. What follows is the topic's business.
 * R2 `now` runs the graph here and makes what it gives real before the answer. A stage that writes commits rows and messages in one
 *    transaction: the handlers' sender brings the messages to the log, soon after the answer. A stage that only sends appends them.
 *    A caller that hears nothing calls again, since versions make that harmless.
 * R3 `dry` runs the graph and makes nothing real: for dev runs, which compare answers of two versions.
 */
import { randomUUID } from "node:crypto";
import type { EventLog, NewRecord } from "@tenon/event-log/api";
import {
  type Binding,
  compileGraph,
  createExecutor,
  type Executor,
  GraphError,
  type HostClock,
  systemClock,
} from "@tenon/graph-core";
import type { Database, Transaction } from "@tenon/postgres";
import type { Repo, WriteSet } from "@tenon/storage-repo/api";
import { type Message, mergedWrites, type PostgresWorkStore, type Task } from "@tenon/stream-runtime";
import { indexerError } from "../indexer-error.ts";

export type CallMode = "append" | "now" | "dry";

/** Attempts of a commit that others get in the way of. */
const ATTEMPTS_MAX = 10;
/** Messages of one call; more is several calls. */
export const MESSAGES_MAX = 1_000;

export interface StageMessage {
  readonly key: string;
  /** Event time; the time of the call when absent. */
  readonly timeMs?: number;
  readonly value: unknown;
}

export interface StageAnswer {
  readonly stage: string;
  readonly mode: CallMode;
  /** `append`: where each message is. */
  readonly appended?: readonly { readonly partition: number; readonly offset: number }[];
  /** `now` and `dry`: what each message came to. */
  readonly outputs?: readonly StageOutput[];
}

export interface StageOutput {
  /** Topic → messages. */
  readonly messages: Readonly<Record<string, readonly Message[]>>;
  readonly writes: WriteSet;
}

export interface StageRunsOptions {
  readonly tasks: readonly Task[];
  readonly resources: Readonly<Record<string, Binding>>;
  readonly log: EventLog;
  readonly database: Pick<Database, "transaction">;
  readonly repo: Pick<Repo<Transaction>, "write">;
  /** Messages that are committed with rows. */
  readonly outbox: Pick<PostgresWorkStore["sinks"], "add">;
  readonly clock?: HostClock;
}

export class StageRuns {
  readonly #options: StageRunsOptions;
  readonly #clock: HostClock;
  readonly #executors = new Map<string, Executor<never, unknown>>();
  #calls = 0;

  constructor(options: StageRunsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get stages(): readonly string[] {
    return this.#options.tasks.map(({ name }) => name);
  }

  /**
   * @throws GraphError TENON1652 for an unknown stage or too many messages, TENON1686 for a message that does not fit the stage's
   *   topic, named by its place; what a node failed with
   */
  async call(stage: string, messages: readonly StageMessage[], mode: CallMode): Promise<StageAnswer> {
    const task = this.#taskNamed(stage);
    if (messages.length > MESSAGES_MAX)
      throw indexerError("wrongCommand", `a call to stage "${stage}" has ${messages.length} messages`, {
        detail: `expected at most ${MESSAGES_MAX}`,
        hint: "send several calls, or append to the topic",
      });
    const nowMs = this.#clock.nowMs();
    const records = messages.map((message, at) => recordOf(task, { timeMs: nowMs, ...message }, at));
    if (mode === "append") return { stage, mode, appended: await this.#append(records) };
    const outputs = await Promise.all(records.map((record) => this.#run(task, record)));
    if (mode === "now") await this.#commit(task, outputs);
    return { stage, mode, outputs };
  }

  async #append(records: readonly NewRecord[]) {
    const placed = await this.#options.log.append(records);
    return placed.map(({ partition, offset }) => ({ partition, offset }));
  }

  async #run(task: Task, record: NewRecord): Promise<StageOutput> {
    // Through the topic's own form, so that a call cannot hand in what the topic would not carry.
    const decoded = task.source.decode(record);
    if (!("value" in decoded)) throw new TypeError("a record that was just encoded cannot be decoded");
    const executor = this.#executorOf(task);
    const requestId = `rpc/${task.name}/${++this.#calls}`;
    const context = executor.begin({ requestId, nowMs: record.timeMs });
    const response = (await executor.execute({ [task.event.name]: decoded.value } as never, context)) as Response;
    const messages = Object.entries(task.sinks).map(([slot, { name }]) => [name, response[slot] ?? []]);
    const writes = task.writes === undefined ? {} : (response[task.writes.name] as unknown as WriteSet);
    return { messages: Object.fromEntries(messages), writes };
  }

  async #commit({ lane, sinks }: Task, outputs: readonly StageOutput[]): Promise<void> {
    const { database, repo, log, outbox } = this.#options;
    const writes = mergedWrites(outputs.map((output) => output.writes));
    const topics = new Map(Object.values(sinks).map((topic) => [topic.name, topic]));
    const call = randomUUID();
    const records = outputs
      .flatMap(({ messages }) =>
        Object.entries(messages).flatMap(([name, sent]) => sent.map((message) => topics.get(name)?.record(message))),
      )
      .filter((record) => record !== undefined)
      .map((record, at) => ({ ...record, headers: { ...record.headers, "tenon-id": `call/${call}/${at}` } }));
    if (Object.keys(writes).length === 0) {
      if (records.length > 0) await log.append(records);
      return;
    }
    await database.transaction(
      async (tx) => {
        await repo.write(tx, writes, lane === "low" ? { lane } : {});
        if (records.length > 0) await outbox.add(tx, records);
      },
      { attemptsMax: ATTEMPTS_MAX },
    );
  }

  #taskNamed(stage: string): Task {
    const task = this.#options.tasks.find(({ name }) => name === stage);
    if (task !== undefined) return task;
    throw indexerError("wrongCommand", `there is no stage "${stage}"`, {
      detail: `expected one of ${this.stages.join(", ")}`,
      hint: "a stage is called by its task's name",
    });
  }

  #executorOf(task: Task): Executor<never, unknown> {
    const known = this.#executors.get(task.name);
    if (known !== undefined) return known;
    const { resources } = this.#options;
    const made = createExecutor(compileGraph(task.graph), {
      resources: resources as never,
      clock: this.#clock,
      checkedShare: 1,
    });
    this.#executors.set(task.name, made);
    return made;
  }
}

function recordOf({ name, source }: Task, message: Required<StageMessage>, at: number): NewRecord {
  try {
    return source.record(message);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const { code, message: why, detail, cause } = error;
    throw indexerError("wrongCall", `messages[${at}] does not fit stage "${name}": ${why.slice(code.length + 1)}`, {
      ...(detail !== undefined && { detail }),
      ...{ hint: `send what topic "${source.name}" carries; nothing of this call was done`, cause },
    });
  }
}

type Response = Readonly<Record<string, never>>;
