/** Bindings of the resources of the ad-request graph, wherever the ads come from. */
import { createHash, createHmac } from "node:crypto";
import { type AdIndexHost, bindAdIndex } from "@tenon/ad-index";
import type { UserId, UserProfile } from "@tenon/ads-model";
import { bind } from "@tenon/graph-core";
import { encodeValue } from "@tenon/graph-core/internal";
import {
  AuctionPolicyResource,
  BlendingPolicyResource,
  BudgetPolicyResource,
  BudgetStateResource,
  CalibratorsResource,
  ClickModelResource,
  type Embeddings,
  EmbeddingsResource,
  FrequencyPolicyResource,
  LightModelResource,
  PacingStateResource,
  PolicyRulesResource,
  type Pseudonyms,
  PseudonymsResource,
  RankingPolicyResource,
  RequestPolicyResource,
  RetrievalPolicyResource,
  UserActionsResource,
  type UserStore,
  UserStoreResource,
} from "@tenon/nodes";
import type { BudgetTable, UnpacedState } from "./budget-table.ts";
import type { ClickModels } from "./click-models.ts";
import type { Policies } from "./policies.ts";
import type { UserActionsTable } from "./user-actions-table.ts";

export interface DataParts {
  readonly index: AdIndexHost;
  readonly actions: UserActionsTable;
  readonly budgets: BudgetTable;
  readonly pacing: UnpacedState;
  readonly userStore: UserStore;
  /** Asked once per request. */
  readonly embeddings: () => Embeddings;
  readonly pseudonyms: Pseudonyms;
}

const versionOf = ({ version }: { readonly version: string }): string => version;

export function bindModels(models: ClickModels) {
  return {
    lightModel: bind(LightModelResource, { value: models.light }, versionOf),
    clickModel: bind(ClickModelResource, { value: models.click }, versionOf),
    calibrators: bind(CalibratorsResource, { value: models.calibrators }, versionOf),
  };
}

export function bindData(parts: DataParts, policies: Policies) {
  return {
    userStore: bind(UserStoreResource, { value: parts.userStore }),
    userActions: bind(UserActionsResource, { value: parts.actions }),
    budgetState: bind(BudgetStateResource, { value: parts.budgets }),
    pacingState: bind(PacingStateResource, { value: parts.pacing }),
    adIndex: bindAdIndex(parts.index),
    ...bindPinned(parts, policies),
  };
}

/** What a request sees one version of, models aside. */
export function bindPinned(parts: Pick<DataParts, "embeddings" | "pseudonyms">, policies: Policies) {
  const policyVersion = () => policies.version;
  return {
    embeddings: bind(EmbeddingsResource, { current: parts.embeddings }, versionOfEmbeddings),
    pseudonyms: bind(PseudonymsResource, { value: parts.pseudonyms }),
    requestPolicy: bind(RequestPolicyResource, { value: policies.request }, policyVersion),
    retrievalPolicy: bind(RetrievalPolicyResource, { value: policies.retrieval }, policyVersion),
    frequencyPolicy: bind(FrequencyPolicyResource, { value: policies.frequency }, policyVersion),
    policyRules: bind(PolicyRulesResource, { value: policies.rules }, policyVersion),
    budgetPolicy: bind(BudgetPolicyResource, { value: policies.budget }, policyVersion),
    rankingPolicy: bind(RankingPolicyResource, { value: policies.ranking }, policyVersion),
    auctionPolicy: bind(AuctionPolicyResource, { value: policies.auction }, policyVersion),
    blendingPolicy: bind(BlendingPolicyResource, { value: policies.blending }, policyVersion),
  };
}

/** The space, and where the ads as a whole point in it: the second changes with every base. */
function versionOfEmbeddings({ version, ofEverybody }: Embeddings): string {
  return `${version}+${createHash("sha256").update(encodeValue(ofEverybody)).digest("hex").slice(0, 8)}`;
}

export function userStoreOf(users: { byId(userId: UserId): UserProfile | undefined }): UserStore {
  return {
    profile: (userId, signal) =>
      signal.aborted ? Promise.reject(signal.reason) : Promise.resolve(users.byId(userId) ?? null),
  };
}

/** Keyed and one-way (HMAC-SHA-256, RFC 2104): without the key a pseudonym leads nowhere. */
export function pseudonymsOf(key: string): Pseudonyms {
  return { of: (userId) => createHmac("sha256", key).update(userId).digest("base64url") };
}
