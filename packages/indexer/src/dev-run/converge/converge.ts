/**
 * Whether the two ways to an index come to the same: recorded changes brought to the handlers one after the other, and a base made
 * of the rows at the end.
 *
 * G1 Every column that handlers produce is the same in both, for every key; source times as `compare/held-times.ts` says.
 * G2 The documents that deltas leave in an index are those of the base, to the byte, vectors included.
 */
import { type CorpusHeader, firstDifference, type RecordedEntry } from "@tenon/dev-run";
import type { IndexingAnswer } from "@tenon/dev-run/report";
import { bind } from "@tenon/graph-core";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { AdDocumentRow, LandingPagesResource, SOURCE_ENTITIES } from "@tenon/nodes";
import type { AnyEntity, Key } from "@tenon/storage-repo/api";
import type { ModelRepo } from "@tenon/storage-repo/model";
import type { Handler } from "@tenon/stream-runtime";
import { withHeldTimes } from "../../compare/held-times.ts";
import { type BaseKey, basePath } from "./base-path.ts";
import { type IndexDelta, livePath } from "./live-path.ts";
import { longestChain } from "./longest-chain.ts";
import { recordedChanges, recordedPages } from "./recorded-changes.ts";

const ENTITIES: readonly AnyEntity[] = [...SOURCE_ENTITIES, AdDocumentRow];
/** Differences that are told with their values; all are counted. */
const NAMED_MAX = 20;

type Different = IndexingAnswer["different"][number];

/** @param entries of one corpus, in its order */
export async function converge(
  { madeAtMs }: Pick<CorpusHeader, "madeAtMs">,
  entries: readonly RecordedEntry[],
  handlers: readonly Handler[] = ARGUS_HANDLERS,
): Promise<IndexingAnswer> {
  const resources = { landingPages: bind(LandingPagesResource, { value: recordedPages(entries) }) };
  const changes = recordedChanges(entries, handlers);
  const live = await livePath(changes, { handlers, entities: ENTITIES, resources, startMs: madeAtMs });
  const served = newestDocuments(live.deltas);
  const written = await lastVersions(live.repo, handlers);
  const versionOf = (key: Key) => written.get(key) ?? 1n;
  const base = await basePath(live.repo, { handlers, resources, nowMs: madeAtMs, versionOf });
  const ofGroups = await differentGroups(live.repo, base);
  const ofDocuments = differentDocuments(served, base, handlers);
  // In the order of the handlers: what stands first may be why the others differ.
  const position = new Map(handlers.map(({ graph }, at) => [graph.name as string, at]));
  const different = [
    ...ofGroups.found.toSorted((one, other) => (position.get(one.handler) ?? 0) - (position.get(other.handler) ?? 0)),
    ...ofDocuments.found,
  ];
  return {
    changes: changes.length,
    groupsCompared: ofGroups.compared,
    documentsCompared: ofDocuments.compared,
    differentCount: different.length,
    different: different.slice(0, NAMED_MAX),
    failures: [
      ...live.parked.map(({ handler, key, reason }) => ({
        path: "deltas" as const,
        handler,
        key: String(key),
        reason,
      })),
      ...base.flatMap(({ key, failure }) =>
        failure === undefined
          ? []
          : [{ path: "base" as const, handler: failure.handler, key: String(key), reason: failure.error.message }],
      ),
    ].slice(0, NAMED_MAX),
    costs: live.costs.map((cost) => ({ ...cost, chain: longestChain(handlers, cost.runs) })),
  };
}

/** Version under which the handler that tells the index wrote a document last: a base gives it the same, whatever was told. */
async function lastVersions(repo: ModelRepo, handlers: readonly Handler[]): Promise<ReadonlyMap<Key, bigint>> {
  const written = new Map<Key, bigint>();
  await repo.transaction(async (tx) => {
    for (const { entity, group } of handlers.filter(tellsTheIndex).flatMap(producedGroups)) {
      for (const key of tx.keys(entity)) written.set(key, tx.row(entity, key).groups[group]?.version ?? 1n);
    }
  });
  return written;
}

function tellsTheIndex({ sinks }: Handler): boolean {
  return Object.keys(sinks).length > 0;
}

interface Served {
  readonly version: number;
  /** `null`: the ad is not in the index. */
  readonly held: Readonly<Record<string, unknown>> | null;
}

/** As an index applies deltas: of each ad the newest version. */
function newestDocuments(deltas: readonly IndexDelta[]): ReadonlyMap<Key, Served> {
  const newest = new Map<Key, Served>();
  for (const delta of deltas) {
    const [adId, served] = servedOf(delta);
    if (served.version >= (newest.get(adId)?.version ?? 0)) newest.set(adId, served);
  }
  return newest;
}

function servedOf(delta: IndexDelta): readonly [adId: number, Served] {
  if (delta.kind === "delete") return [delta.adId, { version: delta.version, held: null }];
  const { document, vector } = delta;
  return [document.ad.adId, { version: document.ad.version, held: { document, vector } }];
}

interface Compared {
  readonly compared: number;
  readonly found: readonly Different[];
}

/** G1. What one side alone has differs, too: a handler that writes nothing leaves what was there, and a base has nothing. */
async function differentGroups(repo: ModelRepo, base: readonly BaseKey[]): Promise<Compared> {
  const found: Different[] = [];
  let compared = 0;
  await repo.transaction(async (tx) => {
    for (const { key, groups, failure, handlers } of base) {
      if (failure !== undefined) continue;
      for (const { handler, entity, group } of handlers.flatMap(producedGroups)) {
        const [stored, derived] = [tx.row(entity, key).groups[group], groups.get(`${entity.name}.${group}`)];
        if (stored === undefined && derived === undefined) continue;
        compared++;
        const held = stored?.columns ?? null;
        const wanted = held !== null && derived !== undefined ? withHeldTimes(derived.columns, held) : null;
        const difference = firstDifference(held, wanted ?? derived?.columns ?? null);
        if (difference === undefined) continue;
        const { path, left, right } = difference;
        const { owner, graph } = handler;
        const what = `${entity.name}.${group}`;
        found.push({
          handler: graph.name,
          owner,
          what,
          key: String(key),
          path,
          deltas: shown(left),
          base: shown(right),
        });
      }
    }
  });
  return { compared, found };
}

function producedGroups(handler: Handler) {
  return handler.produces.flatMap(({ entity, groups }) => groups.map((group) => ({ handler, entity, group })));
}

/** G2. A document of one side alone counts, too. */
function differentDocuments(
  served: ReadonlyMap<Key, Served>,
  base: readonly BaseKey[],
  handlers: readonly Handler[],
): Compared {
  const [teller] = handlers.filter(tellsTheIndex);
  const { handler = "", owner = "" } = { handler: teller?.graph.name, owner: teller?.owner };
  const told = new Map(
    base.flatMap(({ messages }) =>
      Object.values(messages).flatMap((each) => each.map(({ value }) => servedOf(jsonOf(value) as IndexDelta))),
    ),
  );
  const failed = new Set(base.flatMap(({ key, failure }) => (failure === undefined ? [] : [key])));
  const keys = [...new Set([...served.keys(), ...told.keys()])].filter((key) => !failed.has(key));
  const found = keys.flatMap((key): readonly Different[] => {
    const difference = firstDifference(served.get(key)?.held ?? null, told.get(key as number)?.held ?? null);
    if (difference === undefined) return [];
    const { path, left, right } = difference;
    return [{ handler, owner, what: "document", key: String(key), path, deltas: shown(left), base: shown(right) }];
  });
  return { compared: keys.length, found };
}

/** What the log carries is JSON: the base is told in the same words. */
function jsonOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

const SHOWN_CHARACTERS = 80;

function shown(value: unknown): string {
  const text = JSON.stringify(value, (_, each) => (typeof each === "bigint" ? String(each) : each)) ?? "absent";
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
