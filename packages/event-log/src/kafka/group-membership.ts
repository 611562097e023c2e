import type { HostClock } from "@tenon/graph-core";
import type { JoinOptions, TopicPartition } from "../api/event-log.ts";
import { membershipLost } from "../errors.ts";
import { assignPartitions } from "../group/assign-partitions.ts";
import { Bell } from "../group/bell.ts";
import type { HeldPartitions } from "../group/held-partitions.ts";
import { backOff } from "./back-off.ts";
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  GROUP_PROTOCOL,
} from "./group-protocol.ts";
import { isConnectionError, isKafkaError, WireError } from "./kafka-errors.ts";
import type { Leaders } from "./leaders.ts";
import type { JoinAnswer, KafkaWire } from "./wire.ts";

export interface MembershipOptions {
  readonly wire: KafkaWire;
  readonly leaders: Leaders;
  readonly clock: HostClock;
  readonly join: JoinOptions;
  readonly held: HeldPartitions;
  /** A member that is silent for so long is out, on the broker's clock and, since it knows that, on its own; ms. */
  readonly sessionMs: number;
}

/** Heartbeats per session: one may be lost, and the next still comes in time. */
const BEATS_PER_SESSION = 4;
/** The broker waits for members that drain; ms more than the drain itself may take. */
const REBALANCE_SLACK_MS = 10_000;
/** Attempts to join before the member gives up; with back-off, about 3 minutes. */
const JOIN_ATTEMPTS_MAX = 100;
/** Of which the first ones, when nobody has answered yet: the caller of `join` waits for these. */
const FIRST_ATTEMPTS_MAX = 10;

/**
 * One membership of a Kafka consumer group, by the classic protocol, which brokers of 3.x and 4.x speak.
 *
 * K1 Everything is revoked, and drained, before the member joins the next generation: the broker gives nothing to anybody
 *    until every member has joined, so a partition has no two owners, but for a drain that is cut short.
 * K2 Heartbeats go on while it drains. A member that has not been heard for a session has lost everything, and says so itself.
 * K3 What the broker says was another's already (unknown member, old generation) is lost, never drained.
 */
export class GroupMembership {
  readonly #options: MembershipOptions;
  readonly #wake: Bell;
  readonly #left = new AbortController();
  #memberId = "";
  #generation = -1;
  #joined = false;
  #heardMs = 0;
  #running: Promise<void> | undefined;
  #leaving: Promise<void> | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#wake = new Bell(options.clock);
  }

  get memberId(): string {
    return this.#memberId;
  }

  /** The generation that it is in, for commits; `undefined` between two. */
  get generation(): number | undefined {
    return this.#joined ? this.#generation : undefined;
  }

  /** Resolves in its first generation. @throws WireError or GraphError when it cannot get there */
  async start(): Promise<void> {
    await this.#joinGroup(FIRST_ATTEMPTS_MAX);
    this.#running = this.#run();
  }

  /** Drains, and leaves. */
  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    const { held, wire, join } = this.#options;
    await held.revokeAll();
    this.#left.abort();
    this.#wake.ring();
    await this.#running;
    const memberId = this.#memberId;
    this.#joined = false;
    // Without the word of it the broker waits for the session to end: nobody is harmed but by waiting.
    if (memberId !== "") await wire.leaveGroup({ group: join.group, memberId }).catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { held, join } = this.#options;
    try {
      while (!this.#left.signal.aborted) {
        await this.#stay();
        if (this.#left.signal.aborted) return;
        await this.#joinGroup(JOIN_ATTEMPTS_MAX);
      }
    } catch (error) {
      this.#joined = false;
      if (this.#left.signal.aborted) return;
      held.loseAll();
      this.#left.abort();
      join.onFailed(membershipLost(join.group, join.member, error));
    }
  }

  /** Beats until the generation is over, and hands back (K1) or loses (K3) what it had. */
  async #stay(): Promise<void> {
    const { clock, held } = this.#options;
    for (;;) {
      await this.#wake.wait(this.#beatMs, this.#left.signal);
      if (this.#left.signal.aborted) return;
      const sentMs = clock.monotonicMs();
      const answer = await this.#beat();
      if (answer === "ok") this.#heardMs = sentMs;
      else if (answer === "rebalance") {
        await this.#drain();
        return;
      } else if (answer === "lost") {
        this.#forget();
        return;
      } else if (clock.monotonicMs() - this.#heardMs >= this.#options.sessionMs && held.held.length > 0) {
        this.#forget();
        return;
      }
    }
  }

  get #beatMs(): number {
    return this.#options.sessionMs / BEATS_PER_SESSION;
  }

  async #beat(): Promise<"ok" | "rebalance" | "lost" | "unheard"> {
    const { wire, join, clock, sessionMs } = this.#options;
    const beat = wire.heartbeat({ group: join.group, generation: this.#generation, memberId: this.#memberId }).then(
      () => "ok" as const,
      (error: unknown) => {
        if (isKafkaError(error, "rebalanceInProgress")) return "rebalance" as const;
        if (isKafkaError(error, "unknownMember", "fencedInstance")) {
          this.#memberId = "";
          return "lost" as const;
        }
        return isKafkaError(error, "illegalGeneration") ? ("lost" as const) : ("unheard" as const);
      },
    );
    // An answer that does not come is no answer (K2).
    const late = new Bell(clock);
    const silence = late
      .wait(Math.max(1, this.#heardMs + sessionMs - clock.monotonicMs()))
      .then(() => "unheard" as const);
    const answer = await Promise.race([beat, silence]);
    late.ring();
    return answer;
  }

  /** K1, with heartbeats meanwhile (K2). */
  async #drain(): Promise<void> {
    const { held, clock } = this.#options;
    let drained = false;
    const bell = new Bell(clock);
    const over = held.revokeAll().then(() => {
      drained = true;
      bell.ring();
    });
    while (!drained) {
      await bell.wait(this.#beatMs);
      if (drained) break;
      const sentMs = clock.monotonicMs();
      const answer = await this.#beat();
      if (answer === "ok" || answer === "rebalance") this.#heardMs = sentMs;
      else if (answer === "lost" || clock.monotonicMs() - this.#heardMs >= this.#options.sessionMs) held.loseAll();
    }
    await over;
  }

  #forget(): void {
    this.#joined = false;
    this.#options.held.loseAll();
  }

  async #joinGroup(attemptsMax: number): Promise<void> {
    const { held, clock } = this.#options;
    this.#joined = false;
    for (let attempt = 1; ; attempt++) {
      try {
        const assigned = await this.#joinOnce();
        if (this.#left.signal.aborted || this.#leaving !== undefined) return;
        this.#joined = true;
        for (const at of assigned) held.assign(at);
        return;
      } catch (error) {
        if (this.#left.signal.aborted) return;
        if (error instanceof WireError && error.memberId !== undefined) this.#memberId = error.memberId;
        else if (isKafkaError(error, "unknownMember", "fencedInstance")) this.#memberId = "";
        if (!isPassing(error) || attempt >= attemptsMax) throw error;
        if (!isKafkaError(error, "memberIdRequired", "rebalanceInProgress"))
          await backOff(clock, attempt, this.#left.signal);
      }
    }
  }

  async #joinOnce(): Promise<readonly TopicPartition[]> {
    const { wire, join, sessionMs, clock } = this.#options;
    const { group, topics, member, drainMs } = join;
    const joined = await wire.joinGroup({
      ...{ group, memberId: this.#memberId, sessionMs },
      rebalanceMs: Math.max(sessionMs, drainMs + REBALANCE_SLACK_MS),
      protocol: GROUP_PROTOCOL,
      metadata: encodeSubscription({ topics, name: member }),
    });
    this.#memberId = joined.memberId;
    this.#generation = joined.generation;
    const sentMs = clock.monotonicMs();
    const assignments = joined.leaderId === joined.memberId ? await this.#assign(joined) : [];
    const own = await wire.syncGroup({ group, generation: joined.generation, memberId: joined.memberId, assignments });
    this.#heardMs = sentMs;
    return decodeAssignment(own).filter(({ topic }) => topics.includes(topic));
  }

  /** The leader's part: everybody's partitions. */
  async #assign({ members }: JoinAnswer): Promise<readonly { memberId: string; bytes: Uint8Array }[]> {
    const candidates = members.map(({ memberId, bytes }) => {
      const { topics, name } = decodeSubscription(bytes);
      return { id: memberId, name, topics: new Set(topics) };
    });
    const topics = [...new Set(candidates.flatMap((candidate) => [...candidate.topics]))];
    const partitions: TopicPartition[] = [];
    for (const topic of topics) {
      // A topic that only another member knows of must not keep the group from going on.
      const leaders = await this.#options.leaders.ofTopic(topic).catch((error: unknown) => {
        if (error instanceof WireError) throw error;
        return [];
      });
      leaders.forEach((_, partition) => {
        partitions.push({ topic, partition });
      });
    }
    const assigned = assignPartitions(candidates, partitions);
    return candidates.map(({ id }) => ({ memberId: id, bytes: encodeAssignment(assigned.get(id) ?? []) }));
  }
}

/** Whether trying again may help. */
function isPassing(error: unknown): boolean {
  return (
    isConnectionError(error) ||
    isKafkaError(
      error,
      ...(["coordinatorLoading", "coordinatorNotAvailable", "notCoordinator", "rebalanceInProgress"] as const),
      ...(["unknownMember", "illegalGeneration", "memberIdRequired", "fencedInstance", "leaderNotAvailable"] as const),
    )
  );
}
