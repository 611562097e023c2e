/**
 * What users saw and did with ads, counted in process from the events of this host: the binding of `UserActions` until
 * the counting service takes over.
 *
 * U1 An action counts once, however often it is reported: actions are kept by event id.
 * U2 Windows slide and end at the asking time; late and disordered events change nothing but their own window.
 * U3 An insertion is pending until its impression is counted, or until it is too old to be seen.
 */
import {
  type AdDocument,
  type AdId,
  clickCount,
  FREQUENCY_CAP_LEVELS,
  type FrequencyCapLevel,
  impressionCount,
  insertionCount,
  type UserId,
} from "@tenon/ads-model";
import type { EntityCounts, UserActions } from "@tenon/nodes";

export interface AdAction {
  readonly eventId: string;
  readonly userId: UserId;
  readonly adId: AdId;
  readonly kind: "insertion" | "impression" | "click";
  readonly atMs: number;
  /** Ties an impression to the insertion it makes real. */
  readonly insertionId: string;
}

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;
/** An ad that was not seen within an hour of its insertion will not be. */
const PENDING_MS = 3_600_000;
/** Actions kept per user; the oldest go first. A user beyond this is no person. */
const ACTIONS_PER_USER_MAX = 4_000;
/** Users kept; the one who was quiet longest goes first. */
const USERS_MAX = 1_000_000;

/** What an ad belongs to. */
export type AdParents = Pick<AdDocument, "advertiserId" | "campaignId" | "adGroupId">;

interface KeptAction extends AdAction {
  /** As they were when it was recorded: the ad may be gone when it is counted. */
  readonly entities: Readonly<Record<FrequencyCapLevel, number>>;
}

export class UserActionsTable implements UserActions {
  readonly #parentsOf: (adId: AdId) => AdParents | undefined;
  readonly #nowMs: () => number;
  readonly #actions = new Map<UserId, Map<string, KeptAction>>();

  constructor(parentsOf: (adId: AdId) => AdParents | undefined, nowMs: () => number) {
    this.#parentsOf = parentsOf;
    this.#nowMs = nowMs;
  }

  /** Counts an action; false when it was counted before (U1) or its ad is not known. */
  record(action: AdAction): boolean {
    const parents = this.#parentsOf(action.adId);
    if (parents === undefined) return false;
    const known = this.#actions.get(action.userId);
    const actions = known ?? new Map<string, KeptAction>();
    if (actions.has(action.eventId)) return false;
    const { advertiserId: advertiser, campaignId: campaign, adGroupId: adGroup } = parents;
    actions.set(action.eventId, { ...action, entities: { advertiser, campaign, adGroup, ad: action.adId } });
    // Put back last: the first key of the map is the user who was quiet longest.
    if (known !== undefined) this.#actions.delete(action.userId);
    this.#actions.set(action.userId, actions);
    if (actions.size > ACTIONS_PER_USER_MAX) dropFirst(actions);
    if (this.#actions.size > USERS_MAX) dropFirst(this.#actions);
    return true;
  }

  countsFor(userId: UserId, signal: AbortSignal): Promise<{ readonly entities: readonly EntityCounts[] }> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return Promise.resolve({ entities: this.#count(userId) });
  }

  /** How often a user saw an ad in the kept days. */
  impressionsOf(userId: UserId, adId: AdId): number {
    let seen = 0;
    for (const action of this.#actions.get(userId)?.values() ?? []) {
      if (action.kind === "impression" && action.adId === adId) seen++;
    }
    return seen;
  }

  #count(userId: UserId): readonly EntityCounts[] {
    const actions = this.#actions.get(userId);
    if (actions === undefined) return [];
    const nowMs = this.#nowMs();
    const tallies = new Map<string, Tally>();
    const seen = new Set<string>();
    for (const { kind, insertionId } of actions.values()) if (kind === "impression") seen.add(insertionId);
    for (const [eventId, action] of actions) {
      const ageMs = nowMs - action.atMs;
      if (ageMs >= KEPT_DAYS * DAY_MS) {
        actions.delete(eventId);
        continue;
      }
      for (const level of FREQUENCY_CAP_LEVELS)
        tallyOf(tallies, level, action.entities[level]).add(action, ageMs, seen);
    }
    return [...tallies.values()].map((tally) => tally.counts());
  }
}

class Tally {
  readonly #level: FrequencyCapLevel;
  readonly #entityId: number;
  #impressions1 = 0;
  #impressions7 = 0;
  #impressions30 = 0;
  #clicks30 = 0;
  #pending = 0;

  constructor(level: FrequencyCapLevel, entityId: number) {
    this.#level = level;
    this.#entityId = entityId;
  }

  add({ kind, insertionId }: AdAction, ageMs: number, seen: ReadonlySet<string>): void {
    if (kind === "click") this.#clicks30++;
    else if (kind === "insertion") {
      if (ageMs < PENDING_MS && !seen.has(insertionId)) this.#pending++;
    } else {
      this.#impressions30++;
      if (ageMs < 7 * DAY_MS) this.#impressions7++;
      if (ageMs < DAY_MS) this.#impressions1++;
    }
  }

  counts(): EntityCounts {
    return {
      level: this.#level,
      entityId: this.#entityId,
      impressionsPer1Days: impressionCount(this.#impressions1),
      impressionsPer7Days: impressionCount(this.#impressions7),
      impressionsPer30Days: impressionCount(this.#impressions30),
      clicksPer30Days: clickCount(this.#clicks30),
      insertionsPending: insertionCount(this.#pending),
    };
  }
}

function tallyOf(tallies: Map<string, Tally>, level: FrequencyCapLevel, entityId: number): Tally {
  const key = `${level} ${entityId}`;
  let tally = tallies.get(key);
  if (tally === undefined) {
    tally = new Tally(level, entityId);
    tallies.set(key, tally);
  }
  return tally;
}

function dropFirst(map: Map<unknown, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
