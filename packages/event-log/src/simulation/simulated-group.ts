import type { HostClock } from "@tenon/graph-core";
import type { TopicPartition } from "../api/event-log.ts";
import { assignPartitions } from "../group/assign-partitions.ts";
import { type HeldPartitions, keyOf } from "../group/held-partitions.ts";

export interface SimulatedMember {
  readonly id: string;
  readonly name: string;
  readonly topics: ReadonlySet<string>;
  readonly held: HeldPartitions;
}

/** From a partition's assignment to a member until it has let it go or lost it; a later one of the same member is another. */
interface Ownership {
  readonly id: string;
  revoking: boolean;
}

/** Who owns what in one group. A partition is given to its next owner once its last one has let it go, or lost it. */
export class SimulatedGroup {
  readonly #clock: HostClock;
  readonly #partitions: () => readonly TopicPartition[];
  readonly #members = new Map<string, SimulatedMember>();
  /** Left the group, but drain still. */
  readonly #leaving = new Map<string, SimulatedMember>();
  /** Members that have lost everything, do not know it yet, and get nothing until they do. */
  readonly #expelled = new Set<string>();
  readonly #owner = new Map<string, Ownership>();

  constructor(clock: HostClock, partitions: () => readonly TopicPartition[]) {
    this.#clock = clock;
    this.#partitions = partitions;
  }

  get members(): readonly SimulatedMember[] {
    return [...this.#members.values()];
  }

  add(member: SimulatedMember): void {
    this.#members.set(member.id, member);
    this.rebalance();
  }

  /** Drains and lets go of everything. */
  async leave(member: SimulatedMember): Promise<void> {
    if (!this.#members.delete(member.id)) return;
    this.#leaving.set(member.id, member);
    this.rebalance();
    await member.held.revokeAll();
    this.#leaving.delete(member.id);
  }

  /** Takes all partitions of a member away without warning; it learns of that after `noticeMs`. */
  takeAway(member: SimulatedMember, noticeMs: number): void {
    if (this.#expelled.has(member.id)) return;
    const taken = [...this.#owner].filter(([, { id }]) => id === member.id).map(([key]) => key);
    for (const key of taken) this.#owner.delete(key);
    const lost = member.held.held.filter((at) => taken.includes(keyOf(at)));
    const notice = (): void => {
      this.#expelled.delete(member.id);
      for (const at of lost) member.held.lose(at);
      this.rebalance();
    };
    if (noticeMs === 0) {
      notice();
      return;
    }
    // Others own them while it does not know: it is a zombie.
    this.#expelled.add(member.id);
    this.#clock.after(noticeMs, notice);
    this.rebalance();
  }

  rebalance(): void {
    const candidates = this.members.filter(({ id }) => !this.#expelled.has(id));
    const assigned = assignPartitions(candidates, this.#partitions());
    const target = new Map([...assigned].flatMap(([id, own]) => own.map((at) => [keyOf(at), { id, at }])));
    for (const [key, ownership] of this.#owner) {
      if (target.get(key)?.id !== ownership.id && !ownership.revoking) this.#revoke(key, ownership);
    }
    for (const [key, { id, at }] of target) {
      const member = this.#members.get(id);
      // What it still drains it must first let go of.
      if (this.#owner.has(key) || member === undefined || member.held.held.some((each) => keyOf(each) === key))
        continue;
      this.#owner.set(key, { id, revoking: false });
      member.held.assign(at);
    }
  }

  #revoke(key: string, ownership: Ownership): void {
    const { id } = ownership;
    const at = this.#partitions().find((each) => keyOf(each) === key);
    const member = this.#members.get(id) ?? this.#leaving.get(id);
    if (at === undefined || member === undefined) return;
    ownership.revoking = true;
    void member.held.revoke(at).then(() => {
      if (this.#owner.get(key) === ownership) this.#owner.delete(key);
      this.rebalance();
    });
  }
}
