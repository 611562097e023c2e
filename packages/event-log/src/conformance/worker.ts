/** A member with the smallest worker around it: pulls what it owns, stores the next offset as a fenced store would. */
import type { EventLog, JoinOptions, LogRecord, Member, TopicPartition } from "../api/event-log.ts";
import { keyOf } from "../group/held-partitions.ts";
import type { Bench } from "./support.ts";

export function joinOptions(group: string, topics: readonly string[], change: Partial<JoinOptions> = {}): JoinOptions {
  return {
    ...{ group, topics, member: "worker", queueRecordsMax: 500, queueBytesMax: 1_000_000, drainMs: 2_000 },
    onAssigned: async () => 0,
    onRevoked: async () => {},
    onLost: () => {},
    onFailed: () => {},
    ...change,
  };
}

export interface Applied {
  readonly worker: string;
  readonly record: LogRecord;
}

/** The store of a group: where each partition goes on, who claimed it last, and what was applied. */
export class GroupStore {
  readonly next = new Map<string, number>();
  readonly claim = new Map<string, symbol>();
  readonly applied: Applied[] = [];
  /** What happened to partitions: "a assigned topic/0". */
  readonly events: string[] = [];

  /** Records of a partition as the store took them. */
  of(topic: string, partition: number): readonly LogRecord[] {
    return this.applied
      .map(({ record }) => record)
      .filter((each) => each.topic === topic && each.partition === partition);
  }
}

export class Worker {
  readonly name: string;
  readonly #store: GroupStore;
  readonly #claims = new Map<string, symbol>();
  #member: Member | undefined;
  readonly failures: Error[] = [];
  #running = 0;

  constructor(name: string, store: GroupStore) {
    this.name = name;
    this.#store = store;
  }

  static async start(
    bench: Bench,
    log: EventLog,
    {
      name,
      group,
      topics,
      store,
      change = {},
    }: { name: string; group: string; topics: readonly string[]; store: GroupStore; change?: Partial<JoinOptions> },
  ): Promise<Worker> {
    const worker = new Worker(name, store);
    const joined = log.join(
      joinOptions(group, topics, {
        member: name,
        onAssigned: async (at) => worker.#assigned(at),
        onRevoked: async (at) => {
          store.events.push(`${name} revoked ${keyOf(at)}`);
          worker.#claims.delete(keyOf(at));
        },
        onLost: (at) => {
          store.events.push(`${name} lost ${keyOf(at)}`);
          worker.#claims.delete(keyOf(at));
        },
        onFailed: (error) => worker.failures.push(error),
        ...change,
      }),
    );
    worker.#member = await bench.drive(joined);
    worker.#readHeld();
    return worker;
  }

  get member(): Member {
    if (this.#member === undefined) throw new Error("not joined");
    return this.#member;
  }

  /** Loops that still run; 0 once everything was given up. */
  get running(): number {
    return this.#running;
  }

  get assigned(): readonly string[] {
    return this.member.assigned.map(keyOf);
  }

  async #assigned(at: TopicPartition): Promise<number> {
    const key = keyOf(at);
    const claim = Symbol(this.name);
    this.#store.events.push(`${this.name} assigned ${key}`);
    this.#store.claim.set(key, claim);
    this.#claims.set(key, claim);
    if (this.#member !== undefined) this.#read(at, claim);
    return this.#store.next.get(key) ?? 0;
  }

  /** Partitions that came before `join` resolved. */
  #readHeld(): void {
    for (const [key, claim] of this.#claims) {
      const slash = key.lastIndexOf("/");
      this.#read({ topic: key.slice(0, slash), partition: Number(key.slice(slash + 1)) }, claim);
    }
  }

  #read(at: TopicPartition, claim: symbol): void {
    this.#running++;
    void this.#loop(at, claim).finally(() => {
      this.#running--;
    });
  }

  async #loop(at: TopicPartition, claim: symbol): Promise<void> {
    const key = keyOf(at);
    while (this.#claims.get(key) === claim) {
      let records: readonly LogRecord[];
      try {
        records = await this.member.pull(at, { recordsMax: 100, bytesMax: 1_000_000, waitMs: 200 });
      } catch {
        return;
      }
      for (const record of records) {
        // The fence: the last claim alone may write, and only what comes next.
        if (this.#store.claim.get(key) !== claim) return;
        if (record.offset < (this.#store.next.get(key) ?? 0)) continue;
        this.#store.next.set(key, record.offset + 1);
        this.#store.applied.push({ worker: this.name, record });
      }
    }
  }
}
