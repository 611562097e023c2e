/** Everything the handlers give, made at once from the rows as they are in the end: as the base build makes it. */
import { type Binding, type HostClock, systemClock } from "@tenon/graph-core";
import type { AnyEntity, Key } from "@tenon/storage-repo/api";
import type { ModelRepo } from "@tenon/storage-repo/model";
import { type DerivedKey, type Handler, RowDeriver } from "@tenon/stream-runtime";
import { handlersOfAdGroups, handlersOfAds } from "../../argus/handlers-of-ads.ts";

export interface BasePathOptions {
  readonly handlers: readonly Handler[];
  readonly resources: Readonly<Record<string, Binding>>;
  /** Time of every run, ms since 1970. */
  readonly nowMs: number;
  /** Version that the live path published last; a document carries it. */
  readonly versionOf: (key: Key) => bigint;
}

/** What some handlers of one kind of key give for a key. */
export interface BaseKey extends DerivedKey {
  readonly handlers: readonly Handler[];
}

/** What would be written and sent for every ad group and every ad, each made without looking at what was derived before. */
export async function basePath(repo: ModelRepo, options: BasePathOptions): Promise<readonly BaseKey[]> {
  const { resources, nowMs, versionOf } = options;
  const clock: HostClock = { ...systemClock, nowMs: () => nowMs };
  const base: BaseKey[] = [];
  for (const handlers of [handlersOfAdGroups(options.handlers), handlersOfAds(options.handlers)]) {
    const entity = ownEntity(handlers);
    if (entity === undefined) continue;
    const deriver = new RowDeriver({ handlers, resources, clock, checkedShare: 0 });
    const keys = await repo.transaction(async (tx) => [...tx.keys(entity)].sort(byKey));
    const derived = await repo.read(deriver.reads, (snapshot) => deriver.derive(snapshot, keys, versionOf));
    base.push(...derived.map((each) => ({ ...each, handlers })));
  }
  return base;
}

function ownEntity(handlers: readonly Handler[]): AnyEntity | undefined {
  return handlers.flatMap(({ inputs }) => inputs).find(({ kind }) => kind === "row")?.read.entity;
}

function byKey(one: Key, other: Key): number {
  return one < other ? -1 : 1;
}
