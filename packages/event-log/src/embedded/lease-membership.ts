import type { HostClock } from "@tenon/graph-core";
import { type Database, type Presence, presenceOf } from "@tenon/postgres";
import type { JoinOptions, TopicPartition } from "../api/event-log.ts";
import { membershipLost } from "../errors.ts";
import { assignPartitions } from "../group/assign-partitions.ts";
import { Bell } from "../group/bell.ts";
import { type HeldPartitions, keyOf } from "../group/held-partitions.ts";
import {
  claim,
  enter,
  extendLease,
  type GroupView,
  leaveGroup,
  type MemberRow,
  release,
  viewGroup,
} from "./group-rows.ts";
import type { Topics } from "./topics.ts";

export interface LeaseMembershipOptions {
  readonly database: Database;
  readonly topics: Topics;
  readonly clock: HostClock;
  readonly join: JoinOptions;
  readonly held: HeldPartitions;
  readonly memberId: string;
  /** A member that is silent for so long is out; ms. */
  readonly leaseMs: number;
  /** Between two looks at the group; ms. A rebalance takes two or three of them. */
  readonly beatMs: number;
}

/** A member that cannot reach the server for so long gives up; ms. */
const UNREACHABLE_MS_MAX = 180_000;

/**
 * One membership of a group whose members meet in two tables.
 *
 * M1 Every member works out the same assignment from the members whose lease runs, and changes only its own rows: it lets go
 *    of what is not its any more (drained first), and takes what is its and nobody's.
 * M2 A partition has one owner row. It is taken over only from an owner whose lease is over, on the server's clock, or whose process
 *    has ended, by its presence: one that was killed holds up nobody.
 * M3 A member counts its lease from before it asked for it, so it knows of its end before anybody else. One whose presence is lost
 *    gives up all it holds when it hears of that, and comes in anew.
 */
export class LeaseMembership {
  readonly #options: LeaseMembershipOptions;
  readonly #row: MemberRow;
  readonly #wake: Bell;
  readonly #left = new AbortController();
  readonly #releasing = new Map<string, Promise<void>>();
  #leaseFromMs = 0;
  #presence: Presence | undefined;
  #running: Promise<void> | undefined;
  #leaving: Promise<void> | undefined;
  #cancelExpiry: () => void = () => {};

  constructor(options: LeaseMembershipOptions) {
    const { join, memberId, leaseMs, clock } = options;
    this.#options = options;
    this.#row = { group: join.group, memberId, name: join.member, topics: join.topics, leaseMs };
    this.#wake = new Bell(clock);
  }

  async start(): Promise<void> {
    await this.#enter();
    this.#running = this.#run();
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    const { held, database } = this.#options;
    await held.revokeAll();
    this.#left.abort();
    await this.#running;
    // After the last beat, which may have begun a lease: its timer would keep the process.
    this.#cancelExpiry();
    await Promise.all(this.#releasing.values());
    // Without it the others wait for the end of the lease.
    await leaveGroup(database, this.#row).catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { clock, join, held, beatMs } = this.#options;
    let answeredMs = clock.monotonicMs();
    while (!this.#left.signal.aborted) {
      try {
        await this.#beat();
        answeredMs = clock.monotonicMs();
      } catch (error) {
        if (clock.monotonicMs() - answeredMs >= UNREACHABLE_MS_MAX && this.#leaving === undefined) {
          this.#left.abort();
          held.loseAll();
          join.onFailed(membershipLost(join.group, join.member, error));
        }
      }
      await this.#wake.wait(beatMs, this.#left.signal);
    }
  }

  async #beat(): Promise<void> {
    const { database, clock, held } = this.#options;
    const askedMs = clock.monotonicMs();
    if (this.#isPresent && (await extendLease(database, this.#row))) this.#leaseRunsFrom(askedMs);
    else {
      held.loseAll();
      await this.#enter();
    }
    const view = await viewGroup(database, this.#row.group);
    this.#loseWhatIsAnothers(view);
    if (this.#leaving !== undefined) return;
    const target = await this.#target(view);
    for (const at of held.held) if (!target.has(keyOf(at))) this.#letGo(at);
    await this.#take(target, view);
  }

  async #enter(): Promise<void> {
    const { database, clock } = this.#options;
    const presence = await presenceOf(database);
    const askedMs = clock.monotonicMs();
    await enter(database, this.#row, presence.id);
    if (presence !== this.#presence)
      presence.lost.addEventListener("abort", this.#onAbsence, { signal: this.#left.signal });
    this.#presence = presence;
    this.#leaseRunsFrom(askedMs);
  }

  get #isPresent(): boolean {
    return this.#presence?.lost.aborted === false;
  }

  /** M3 */
  readonly #onAbsence = (): void => {
    this.#options.held.loseAll();
    this.#wake.ring();
  };

  /** M3 */
  #leaseRunsFrom(askedMs: number): void {
    const { clock, leaseMs, held } = this.#options;
    this.#leaseFromMs = askedMs;
    this.#cancelExpiry();
    // A timer may come a little early, and that is as good: it must come before anybody else's view of the lease.
    this.#cancelExpiry = clock.after(Math.max(0, askedMs + leaseMs - clock.monotonicMs()), () => held.loseAll());
  }

  #loseWhatIsAnothers({ owners }: GroupView): void {
    const { held, memberId } = this.#options;
    const mine = new Set(owners.filter((owner) => owner.memberId === memberId).map(keyOf));
    for (const at of held.held) if (!mine.has(keyOf(at)) && !this.#releasing.has(keyOf(at))) held.lose(at);
  }

  /** M1 */
  async #target({ alive }: GroupView): Promise<ReadonlyMap<string, TopicPartition>> {
    const { topics, memberId } = this.#options;
    const names = [...new Set(alive.flatMap((candidate) => [...candidate.topics]))];
    const partitions: TopicPartition[] = [];
    for (const topic of names) {
      const count = (await topics.find(topic)).partitions;
      for (let partition = 0; partition < count; partition++) partitions.push({ topic, partition });
    }
    const own = assignPartitions(alive, partitions).get(memberId) ?? [];
    return new Map(own.map((at) => [keyOf(at), at]));
  }

  #letGo(at: TopicPartition): void {
    const { held, database, memberId } = this.#options;
    const key = keyOf(at);
    if (this.#releasing.has(key)) return;
    const released = held
      .revoke(at)
      .then(() => release(database, this.#row.group, at, memberId))
      // Its row stays until the next beat finds it ours and unwanted, or the lease ends.
      .catch(() => undefined)
      .finally(() => {
        this.#releasing.delete(key);
        this.#wake.ring();
      });
    this.#releasing.set(key, released);
  }

  /** M2 */
  async #take(target: ReadonlyMap<string, TopicPartition>, { owners, alive }: GroupView): Promise<void> {
    const { database, held, memberId } = this.#options;
    const living = new Set(alive.map(({ id }) => id));
    const ownerOf = new Map(owners.map((owner) => [keyOf(owner), owner.memberId]));
    const heldKeys = new Set(held.held.map(keyOf));
    for (const [key, at] of target) {
      const owner = ownerOf.get(key);
      if (heldKeys.has(key) || this.#releasing.has(key)) continue;
      if (owner !== undefined && owner !== memberId && living.has(owner)) continue;
      const taken = await claim(database, this.#row.group, at, memberId);
      if (taken && this.#leaving === undefined && !this.#leaseIsOver()) held.assign(at);
    }
    // Rows of an earlier life that are not wanted any more.
    for (const owner of owners) {
      const key = keyOf(owner);
      if (owner.memberId === memberId && !target.has(key) && !heldKeys.has(key) && !this.#releasing.has(key))
        await release(database, this.#row.group, owner, memberId);
    }
  }

  #leaseIsOver(): boolean {
    return !this.#isPresent || this.#options.clock.monotonicMs() - this.#leaseFromMs >= this.#options.leaseMs;
  }
}
