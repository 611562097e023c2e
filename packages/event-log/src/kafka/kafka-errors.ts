import { type Refusal, refusalOf } from "./access.ts";

/** Kafka's error codes that are told apart here, by the numbers of the protocol: clients name them differently. */
export const KAFKA_CODES = {
  offsetOutOfRange: 1,
  unknownTopic: 3,
  leaderNotAvailable: 5,
  notLeader: 6,
  coordinatorLoading: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  notEnoughReplicas: 19,
  illegalGeneration: 22,
  unknownMember: 25,
  rebalanceInProgress: 27,
  topicExists: 36,
  notController: 41,
  fencedLeaderEpoch: 74,
  unknownLeaderEpoch: 75,
  memberIdRequired: 79,
  fencedInstance: 82,
} as const;

export type KafkaCode = keyof typeof KAFKA_CODES;

/** What a wire rejects with. */
export class WireError extends Error {
  override readonly name = "WireError";
  /** The broker's answer, by number; `undefined` when there was none: a connection that failed or was lost. */
  readonly kafkaCode: number | undefined;
  /** Nothing of the request reached a broker. */
  readonly unsent: boolean;
  /** For `memberIdRequired`: the id to join with. */
  readonly memberId: string | undefined;
  /** Trying again would not help: wrong credentials, or a certificate that is not trusted. */
  readonly refusal: Refusal | undefined;

  constructor(
    cause: unknown,
    facts: { kafkaCode?: number | undefined; unsent?: boolean; memberId?: string | undefined } = {},
  ) {
    const refusal = refusalOf(cause);
    // What a client tells of a refusal may hold what it was refused with.
    if (refusal === undefined) super(cause instanceof Error ? cause.message : String(cause), { cause });
    else super(`refused: ${refusal}`);
    this.refusal = refusal;
    this.kafkaCode = facts.kafkaCode;
    this.unsent = facts.unsent ?? false;
    this.memberId = facts.memberId;
  }
}

export function isKafkaError(error: unknown, ...codes: readonly KafkaCode[]): boolean {
  return error instanceof WireError && codes.some((code) => KAFKA_CODES[code] === error.kafkaCode);
}

/** The leader of a partition has moved: ask again who it is. Nothing was written. */
export function isStaleMetadata(error: unknown): boolean {
  return isKafkaError(
    error,
    "notLeader",
    "leaderNotAvailable",
    "unknownTopic",
    "fencedLeaderEpoch",
    "unknownLeaderEpoch",
  );
}

/** No broker answered. */
export function isConnectionError(error: unknown): boolean {
  return error instanceof WireError && error.kafkaCode === undefined;
}
