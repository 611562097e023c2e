/** What every feed of this host stands on. */
import type { AdIndexHost } from "@tenon/ad-index";
import type { EventLog, LogRecord, TopicPartition } from "@tenon/event-log/api";
import type { HostClock } from "@tenon/graph-core";
import type { BudgetTable } from "../resources/budget-table.ts";
import { LogFollower } from "./log-follower.ts";
import type { Rejections } from "./rejections.ts";

export interface FeedParts {
  readonly log: EventLog;
  readonly index: AdIndexHost;
  readonly budgets: BudgetTable;
  readonly clock: HostClock;
  readonly rejections: Rejections;
  readonly onTrouble: (message: string, error: unknown) => void;
}

/** Follows one partition, and counts its messages by what became of them. */
export abstract class Feed {
  readonly follower: LogFollower;
  /** They only grow. */
  readonly totals = { applied: 0, stale: 0, rejected: 0 };

  constructor(parts: FeedParts, at: TopicPartition) {
    this.follower = new LogFollower({ ...parts, at, take: (records) => this.take(records) });
  }

  /** Takes records in order. What it throws leaves them to be taken again. */
  protected abstract take(records: readonly LogRecord[]): void;
}
