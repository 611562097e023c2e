import { listBases, type ObjectStore } from "@tenon/ad-index/publish";
import type { AdsDatabaseReader } from "@tenon/ads-database";
import type { EventLog } from "@tenon/event-log/api";
import { AdDocumentRow, AdGroupRow, IndexDeltas } from "@tenon/nodes";
import type { Database } from "@tenon/postgres";
import { feedConsumers, type RowState, rowState } from "@tenon/storage-repo";
import { type Handler, outboxOfKeys, parkedOfKeys, type Task, workOfKeys } from "@tenon/stream-runtime";
import { RunStore } from "../workflows/run-store.ts";
import type { DocumentFacts, GroupFacts, HostFacts, ServableFacts } from "./document-facts.ts";
import { findRecords } from "./log-search.ts";
import { type Keys, keysOf, type SourceParts, sourceFacts, writtenTimes } from "./source-facts.ts";

export interface LookParts {
  readonly database: Database;
  readonly log: EventLog | undefined;
  /** The ads database itself, and a reader of its rows; undefined where it cannot be asked. */
  readonly ads: { readonly database: Database; readonly rows: AdsDatabaseReader; readonly slot: string } | undefined;
  readonly bases: ObjectStore | undefined;
  readonly tasks: readonly Task[];
  readonly handlers: readonly Handler[];
  /** Asks serving processes; each answer is a fact, a silence too. */
  readonly askHosts: (adId: number) => Promise<readonly HostFacts[]>;
}

const BASE_BUILD = "base-build";
/** TENON1435: the gates of a publish refused. */
const GATES_FAILED = /TENON1435|gate/;

/** Looks everywhere a document passes by. Changes nothing, and needs no running indexer. */
export async function lookAtDocument(adId: number, parts: LookParts): Promise<DocumentFacts> {
  const { database, log, ads, handlers } = parts;
  const hasTasks = await hasTable(database, "stream_offset");
  const sourceParts: SourceParts = { database, log, adsRows: ads?.rows, tasks: parts.tasks, hasTasks };
  const keys = await keysOf(adId, sourceParts);
  const document = await rowState(database, AdDocumentRow, adId);
  const times = await writtenTimes(new Map([[AdDocumentRow.name, document]]), database);
  const writtenAtMs = (group: string) => times.get(`${AdDocumentRow.name}:${adId}:${group}`) ?? null;
  const sources = await sourceFacts(keys, sourceParts);
  const logKeys = [
    ...sources.flatMap(({ entity, source, key }) => [`${source}:${key}`, `${entity}:${key}`]),
    String(adId),
  ];
  const [deltas] = log === undefined ? [] : await offsetsOf(log);
  return {
    ...{ adId, atMs: Date.now(), askedSource: ads !== undefined, sources },
    row: document,
    changeLog: ads === undefined ? undefined : await changeLogOf(ads),
    parked: await parkedOfKeys(database, logKeys),
    outbox: await outboxOfKeys(database, logKeys),
    feeds: (await hasTable(database, "repo.feed_cursor")) ? await feedConsumers(database) : [],
    work: await workOfKeys(database, workKeys(handlers, keys)),
    groups: groupsOf(document, handlers, writtenAtMs),
    servable: servableOf(document, writtenAtMs("servable")),
    delta: log === undefined ? undefined : await newestDelta(log, adId),
    deltas: deltas && { earliest: deltas.earliest, end: deltas.end },
    base: await currentBase(parts.bases),
    refusal: await lastRefusal(database),
    hosts: await parts.askHosts(adId),
  };
}

/** Every handler at the key of its rows: the ad's, or the ad group's. */
function workKeys(handlers: readonly Handler[], keys: Keys) {
  return handlers.flatMap(({ name, produces }) =>
    produces.flatMap(({ entity }) => {
      const key = keys.get(
        entity.name === AdDocumentRow.name ? "ad" : entity.name === AdGroupRow.name ? AdGroupRow.name : "",
      );
      return key === undefined ? [] : [{ handler: name, key }];
    }),
  );
}

function groupsOf(
  row: RowState | undefined,
  handlers: readonly Handler[],
  writtenAtMs: (group: string) => number | null,
): readonly GroupFacts[] {
  return AdDocumentRow.groups
    .filter(({ name, blob }) => !blob && name !== "servable")
    .map(({ name, owner, class: dataClass }) => {
      const state = row?.groups.find(({ group }) => group === name);
      const handler = handlers.find(({ produces }) =>
        produces.some(({ entity, groups }) => entity.name === AdDocumentRow.name && groups.includes(name)),
      );
      const time = state?.columns[`${name}SourceAtMs`];
      return {
        ...{ group: name, owner, class: dataClass, handler: handler?.name ?? null },
        version: Number(state?.version ?? 0n),
        sourceAtMs: typeof time === "number" ? time : null,
        writtenAtMs: writtenAtMs(name),
      };
    });
}

function servableOf(row: RowState | undefined, writtenAtMs: number | null): ServableFacts | undefined {
  const state = row?.groups.find(({ group }) => group === "servable");
  if (state === undefined || state.version === 0n) return undefined;
  const { isServable, missing, document, servableSourceAtMs } = state.columns;
  const version = (document as { readonly ad?: { readonly version?: number } } | null)?.ad?.version;
  return {
    isServable: isServable === true,
    missing: Array.isArray(missing) ? (missing as string[]) : [],
    version: version ?? null,
    sourceAtMs: typeof servableSourceAtMs === "number" ? servableSourceAtMs : null,
    writtenAtMs,
  };
}

async function newestDelta(log: EventLog, adId: number): Promise<DocumentFacts["delta"]> {
  const found = (await findRecords(log, IndexDeltas as never, { keys: new Set([String(adId)]) })).at(-1);
  if (found?.value === undefined) return undefined;
  const value = found.value as
    | { kind: "upsert"; document: { ad: { version: number } } }
    | { kind: "delete"; version: number };
  const version = value.kind === "upsert" ? value.document.ad.version : value.version;
  return { offset: found.offset, kind: value.kind, version, publishedAtMs: found.appendedAtMs };
}

async function offsetsOf(log: EventLog) {
  const known = (await log.topics()).some(({ topic }) => topic === IndexDeltas.name);
  return known ? log.offsets(IndexDeltas.name) : [];
}

async function currentBase(store: ObjectStore | undefined): Promise<DocumentFacts["base"]> {
  if (store === undefined) return undefined;
  const { bases } = await listBases(store);
  const manifest = bases.find(({ isCurrent }) => isCurrent)?.manifest;
  return manifest && { name: manifest.name, position: manifest.watermark.position, builtAtMs: manifest.builtAtMs };
}

async function lastRefusal(database: Database): Promise<DocumentFacts["refusal"]> {
  if (!(await hasTable(database, "indexer_run"))) return undefined;
  const ended = await new RunStore(database).runs({ workflow: BASE_BUILD, runsMax: 20 });
  const last = ended.find(({ state }) => state === "done" || state === "failed");
  if (last?.state !== "failed" || last.error === null || !GATES_FAILED.test(last.error)) return undefined;
  return { runId: last.id, error: last.error, atMs: last.finishedAtMs ?? last.askedAtMs };
}

async function changeLogOf({ database, slot }: NonNullable<LookParts["ads"]>): Promise<DocumentFacts["changeLog"]> {
  const [row] = await database.query<{ behind: number | null; wal_status: string | null }>(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::float8 as behind, wal_status
     from pg_replication_slots where slot_name = $1`,
    [slot],
  );
  if (row === undefined) return { slot, behindBytes: 0, lost: true };
  return { slot, behindBytes: row.behind ?? 0, lost: row.wal_status === "lost" };
}

async function hasTable(database: Database, name: string): Promise<boolean> {
  const [row] = await database.query<{ found: boolean }>("select to_regclass($1) is not null as found", [name]);
  return row?.found === true;
}
