import type { Database } from "@tenon/postgres";
import type { LogRecord, Member, PullOptions, TopicPartition } from "../api/event-log.ts";
import { checkOffset } from "../group/feed.ts";
import type { HeldPartitions } from "../group/held-partitions.ts";
import { leaveGroup, reportProgress } from "./group-rows.ts";
import type { LeaseMembership } from "./lease-membership.ts";

interface EmbeddedMemberOptions {
  readonly database: Database;
  readonly held: HeldPartitions;
  readonly membership: LeaseMembership;
  readonly group: string;
  readonly memberId: string;
}

/** A member. It holds nothing ahead of its pulls: the log is near. */
export class EmbeddedMember implements Member {
  readonly #options: EmbeddedMemberOptions;

  constructor(options: EmbeddedMemberOptions) {
    this.#options = options;
  }

  get assigned(): readonly TopicPartition[] {
    return this.#options.held.assigned;
  }

  pull(at: TopicPartition, options: PullOptions): Promise<readonly LogRecord[]> {
    return this.#options.held.pull(at, options);
  }

  async seek(at: TopicPartition, offset: number): Promise<void> {
    this.#options.held.seek(at, offset);
  }

  async report(at: TopicPartition, nextOffset: number): Promise<void> {
    const { held, database, group } = this.#options;
    held.requireHeld(at);
    await reportProgress(database, group, at, checkOffset(nextOffset));
  }

  leave(): Promise<void> {
    return this.#options.membership.leave();
  }

  /** As an operator would: its rows go, and it learns of that with its next beat. For tests of what its owner then does. */
  async takeAway(): Promise<void> {
    const { database, group, memberId } = this.#options;
    await leaveGroup(database, { group, memberId, name: "", topics: [], leaseMs: 0 });
  }
}
