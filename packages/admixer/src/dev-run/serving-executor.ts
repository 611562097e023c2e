/** Executors of the ad-request graph for dev runs: one that records stand-ins against live stores, one that replays. */
import { createHash } from "node:crypto";
import type { CorpusHeader } from "@tenon/dev-run";
import { bind, createExecutor, type F32Column } from "@tenon/graph-core";
import { rawValues } from "@tenon/graph-core/internal";
import { type Catalogue, loadCatalogue } from "@tenon/marketplace";
import { PseudonymsResource, type UserActions, UserActionsResource, UserStoreResource } from "@tenon/nodes";
import { servingPlan } from "../host/serving-plan.ts";
import { bindModels, bindPinned } from "../resources/bind-resources.ts";
import { type ClickModels, loadClickModels } from "../resources/click-models.ts";
import type { ServedAds } from "../resources/open-marketplace.ts";
import { POLICIES, type Policies } from "../resources/policies.ts";
import { queryEmbeddings } from "../resources/query-embeddings.ts";
import type { StandInPeople } from "./stand-in-people.ts";

/**
 * Pseudonyms of stand-ins. A stand-in id is a pseudonym already; without a key every process writes the same, so that a
 * replay elsewhere gives the same bytes.
 */
const STAND_IN_PSEUDONYMS = { of: (userId: string) => createHash("sha256").update(userId).digest("base64url") };

/** Runs every request checked, on the live stores of a host but for people: they are stand-ins, with actions of their own. */
export function recordingExecutor(
  ads: ServedAds,
  pinned: { readonly models: ClickModels; readonly policies: Policies },
  { people, actions }: { readonly people: StandInPeople; readonly actions: UserActions },
) {
  return createExecutor(servingPlan, {
    shadowShare: 0,
    resources: {
      ...ads.bindings(pinned.models, pinned.policies),
      userStore: bind(UserStoreResource, { value: { profile: (id) => Promise.resolve(people.profile(id)) } }),
      userActions: bind(UserActionsResource, { value: actions }),
      pseudonyms: bind(PseudonymsResource, { value: STAND_IN_PSEUDONYMS }),
    },
  });
}

export interface ReplayParts {
  readonly models?: ClickModels;
  readonly policies?: Policies;
  readonly catalogue?: Catalogue;
}

/**
 * Replays runs of a corpus: models, policies and vectors are those of this version of the code, everything that is read
 * comes from the recordings. Loads the catalogue and the models: about a second.
 */
export function replayExecutor({ bindings }: Pick<CorpusHeader, "bindings">, parts: ReplayParts = {}) {
  const { models = loadClickModels(), policies = POLICIES, catalogue = loadCatalogue() } = parts;
  const embeddings = queryEmbeddings(catalogue, catalogue.version, vectorOf(bindings.everybody ?? ""));
  const pinned = bindPinned({ embeddings: () => embeddings, pseudonyms: STAND_IN_PSEUDONYMS }, policies);
  return createExecutor(servingPlan, {
    shadowShare: 0,
    resources: { ...(NOWHERE as ReturnType<ServedAds["bindings"]>), ...pinned, ...bindModels(models) },
  });
}

/** Stands for the live stores in a replay, which never calls one. */
const NOWHERE: unknown = Object.fromEntries(
  servingPlan.resources
    .filter(({ methods }) => methods !== undefined)
    .map((token) => [token.name, bind(token, { value: Object.freeze({}) })]),
);

/** What of the pinned resources a corpus has to hold: where the ads as a whole point. */
export function bindingsOf(ads: ServedAds, pinned: Parameters<typeof recordingExecutor>[1]): CorpusHeader["bindings"] {
  const { embeddings } = ads.bindings(pinned.models, pinned.policies);
  const { ofEverybody } = embeddings.current() as { readonly ofEverybody: F32Column };
  const { buffer, byteOffset, byteLength } = rawValues(ofEverybody);
  return { everybody: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
}

function vectorOf(text: string): Float32Array {
  const bytes = Buffer.from(text, "base64");
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
