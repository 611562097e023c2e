import type { HostClock } from "@tenon/graph-core";
import type { TopicFacts, TopicPartition } from "../api/event-log.ts";
import type { AnyTopic } from "../api/topic.ts";
import { partitionsDiffer, unknownPartition } from "../errors.ts";
import { NO_FAULTS, type SimulatedFaults } from "./faults.ts";
import { SeededRandom } from "./seeded-random.ts";
import { SimulatedGroup, type SimulatedMember } from "./simulated-group.ts";
import { SimulatedLog } from "./simulated-log.ts";
import { SimulatedPartition } from "./simulated-partition.ts";

export interface SimulationOptions {
  /** Decides every fault and delay. */
  readonly seed: number;
  /** All time of the simulation: {@link VirtualClock}, or any other that is moved by hand. */
  readonly clock: HostClock;
  readonly faults?: Partial<SimulatedFaults>;
}

/** The log's servers, in memory. Processes open it; a crash of it takes from them what was not durable. */
export class SimulatedCluster {
  readonly clock: HostClock;
  readonly random: SeededRandom;
  #faults: SimulatedFaults;
  readonly #topics = new Map<string, readonly SimulatedPartition[]>();
  readonly #groups = new Map<string, SimulatedGroup>();
  #members = 0;
  #crashes = 0;

  constructor({ seed, clock, faults }: SimulationOptions) {
    this.clock = clock;
    this.random = new SeededRandom(seed);
    this.#faults = { ...NO_FAULTS, ...faults };
    const { lossEveryMs } = this.#faults;
    if (lossEveryMs > 0) this.#loseSome(lossEveryMs);
  }

  /** One process's connection. */
  open(): SimulatedLog {
    return new SimulatedLog(this);
  }

  get faults(): SimulatedFaults {
    return this.#faults;
  }

  /** From now on nothing goes wrong: for the question whether everything catches up. */
  endFaults(): void {
    this.#faults = NO_FAULTS;
  }

  /** How often it has crashed: an append that began before does not know its outcome. */
  get crashes(): number {
    return this.#crashes;
  }

  /** Servers stop and come back: what was not durable goes but for a first part, and every member loses everything. */
  crash(): void {
    this.#crashes++;
    for (const partitions of this.#topics.values()) for (const partition of partitions) partition.crash();
    for (const group of this.#groups.values()) for (const member of group.members) group.takeAway(member, 0);
  }

  /** Gives a member's partitions away without warning. */
  takeAway(member: SimulatedMember, noticeMs = 0): void {
    for (const group of this.#groups.values()) if (group.members.includes(member)) group.takeAway(member, noticeMs);
  }

  #loseSome(everyMs: number): void {
    this.clock.after(everyMs, () => {
      const { loss, lossNoticeMsMax, lossEveryMs } = this.#faults;
      for (const group of this.#groups.values()) {
        for (const member of group.members) {
          if (this.random.chance(loss)) group.takeAway(member, this.random.upTo(lossNoticeMsMax));
        }
      }
      if (lossEveryMs > 0) this.#loseSome(lossEveryMs);
    });
  }

  createTopic({ name, partitions }: AnyTopic): void {
    const known = this.#topics.get(name);
    if (known !== undefined && known.length !== partitions) throw partitionsDiffer(name, partitions, known.length);
    if (known !== undefined) return;
    const made = Array.from(
      { length: partitions },
      (_, partition) => new SimulatedPartition({ topic: name, partition }, this.clock, this.random, () => this.#faults),
    );
    this.#topics.set(name, made);
    for (const group of this.#groups.values()) group.rebalance();
  }

  topics(): readonly TopicFacts[] {
    return [...this.#topics].map(([topic, partitions]) => ({ topic, partitions: partitions.length }));
  }

  /** @throws GraphError TENON1553 */
  topic(topic: string): readonly SimulatedPartition[] {
    const partitions = this.#topics.get(topic);
    if (partitions === undefined) throw unknownPartition({ topic });
    return partitions;
  }

  /** @throws GraphError TENON1553 */
  partition(at: TopicPartition): SimulatedPartition {
    const found = this.topic(at.topic)[at.partition];
    if (found === undefined) throw unknownPartition(at);
    return found;
  }

  group(name: string): SimulatedGroup {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const made = new SimulatedGroup(this.clock, () => [...this.#topics.values()].flat().map(({ at }) => at));
    this.#groups.set(name, made);
    return made;
  }

  memberId(): string {
    return `member-${this.#members++}`;
  }
}
