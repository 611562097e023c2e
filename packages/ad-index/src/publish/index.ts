/** Publishing bases and loading them: object stores, gates, the swap, going back. For hosts; nodes never see it. */
export { type BaseBuild, readBuild, writeBuild } from "./base/build.ts";
export { CACHED_BASES_MAX, type CachedBase, cachedBase } from "./base/cached-bases.ts";
export { type Catalogue, historyNeededFrom, type KeptBase, readCatalogue, type Swap } from "./base/catalogue.ts";
export type { FileProblem } from "./base/check-files.ts";
export {
  BASES_KEPT,
  type CollectedGarbage,
  type CollectOptions,
  collectGarbage,
  LEFTOVER_KEPT_MS,
} from "./base/collect-garbage.ts";
export { type BaseList, type ListedBase, listBases } from "./base/list-bases.ts";
export { type LoadedBase, type LoadOptions, loadBase } from "./base/load-base.ts";
export type { BaseManifest, BaseStatistics, BaseWatermark, ManifestFile } from "./base/manifest.ts";
export { type PublishedBase, type PublishOptions, publishBase } from "./base/publish-base.ts";
export {
  keptBase,
  type Rollback,
  type RollbackOptions,
  rollback,
  type VerifiedBase,
  verifyBase,
} from "./base/rollback.ts";
export { type Gate, type GateContext, type GateResult, runGates } from "./gates/gate.ts";
export { type RecallGateOptions, recallGate } from "./gates/recall-gate.ts";
export { type RecomputeGateOptions, recomputeGate } from "./gates/recompute-gate.ts";
export { CRITICAL_COVERAGE, type StandardBounds, standardGates } from "./gates/standard-gates.ts";
export { statisticsOf } from "./gates/statistics.ts";
export { FolderStore } from "./store/folder-store.ts";
export type { Body, ListedObject, ObjectStore, StoredObject } from "./store/object-store.ts";
export { openObjectStore } from "./store/open-object-store.ts";
export type { S3Settings } from "./store/s3-requests.ts";
export { S3Store } from "./store/s3-store.ts";
export type { Credentials } from "./store/sign-request.ts";
