/** What feature expansion reads besides its slots. */
import type {
  ClickCount,
  FrequencyCapLevel,
  ImpressionCount,
  InsertionCount,
  InterestAffinity,
  Surface,
  UserId,
  UserProfile,
} from "@tenon/ads-model";
import { type F32Column, resource } from "@tenon/graph-core";

export interface UserStore {
  /** The user's profile, or null for a user the store does not know. Rejects with the signal's reason once it is aborted. */
  profile(userId: UserId, signal: AbortSignal): Promise<UserProfile | null>;
}

export const UserStoreResource = resource<UserStore>()("userStore", {
  owner: "ads-data",
  purpose: "user profiles by id",
  methods: ["profile"] satisfies (keyof UserStore)[],
  pii: true,
  restrictedTo: ["personalisation"],
});

/** What one user saw and did with one entity. Windows slide and end now. */
export interface EntityCounts {
  readonly level: FrequencyCapLevel;
  /** Id of the advertiser, campaign, ad group or ad. */
  readonly entityId: number;
  readonly impressionsPer1Days: ImpressionCount;
  readonly impressionsPer7Days: ImpressionCount;
  readonly impressionsPer30Days: ImpressionCount;
  readonly clicksPer30Days: ClickCount;
  /** Inserted, neither seen nor given up: an insertion stops counting once its impression is counted or can no longer come. */
  readonly insertionsPending: InsertionCount;
}

export interface UserActionCounts {
  /** One entry per (level, entity), in any order; none for a user of whom no action was ever counted. */
  readonly entities: readonly EntityCounts[];
}

export interface UserActions {
  /** One read for every use of a request. Rejects with the signal's reason once it is aborted. */
  countsFor(userId: UserId, signal: AbortSignal): Promise<UserActionCounts>;
}

export const UserActionsResource = resource<UserActions>()("userActions", {
  owner: "ads-delivery",
  purpose: "what a user saw and did in the last 1, 7 and 30 days",
  methods: ["countsFor"] satisfies (keyof UserActions)[],
  pii: true,
  restrictedTo: ["delivery", "personalisation"],
});

/** Vectors of one version of the ads' space. Every vector has `dimensions` components and length 1, or is all zero. */
export interface Embeddings {
  readonly version: string;
  readonly dimensions: number;
  /** Of a text by its words; all zero when none is known. */
  readonly ofWords: (words: readonly string[]) => F32Column;
  /** How many of the words have a vector. */
  readonly knownWordCount: (words: readonly string[]) => number;
  /** Of interests, each weighted by its affinity; all zero when none is known. */
  readonly ofInterests: (interests: readonly InterestAffinity[]) => F32Column;
  /** Of somebody of whom nothing is known: the direction of what people like on the whole. */
  readonly ofEverybody: F32Column;
}

export const EmbeddingsResource = resource<Embeddings>()("embeddings", {
  owner: "ads-retrieval",
  purpose: "vectors of words and interests in the ads' vector space",
});

export interface RequestPolicy {
  /** Most ads one request may get, by surface. */
  readonly adSlotsMax: Readonly<Record<Surface, number>>;
}

export const RequestPolicyResource = resource<RequestPolicy>()("requestPolicy", {
  owner: "ads-serving",
  purpose: "limits of a request, by surface",
});

export interface Pseudonyms {
  /** One-way and keyed: the same user has the same pseudonym until the key is changed, and nobody without the key can go back. */
  readonly of: (userId: UserId) => string;
}

export const PseudonymsResource = resource<Pseudonyms>()("pseudonyms", {
  owner: "ads-privacy",
  purpose: "keys under which logs speak of users",
});
