/** Rows that an ad hangs on, each group beside its source and its updates. */
import type { AdsDatabaseReader, CurrentRow } from "@tenon/ads-database";
import type { EventLog, Topic } from "@tenon/event-log/api";
import {
  AdDocumentRow,
  AdGroupRow,
  AdRow,
  AdvertiserRow,
  CampaignRow,
  ContentSignals,
  CreativeRow,
  DroppedUpdates,
  declaredGroup,
  EntityUpdatesHigh,
  EntityUpdatesLow,
  EntityUpdatesMedium,
  RejectedUpdates,
  SOURCE_GROUPS,
  SourceChanges,
  type SourceGroup,
} from "@tenon/nodes";
import type { Database } from "@tenon/postgres";
import { commitTimes, type RowState, rowState } from "@tenon/storage-repo";
import type { AnyEntity } from "@tenon/storage-repo/api";
import { PostgresOperations, type Task } from "@tenon/stream-runtime";
import type { SourceFacts, Waiting } from "./document-facts.ts";
import { type FoundRecord, findRecords } from "./log-search.ts";

export interface SourceParts {
  readonly database: Database;
  readonly log: EventLog | undefined;
  readonly adsRows: AdsDatabaseReader | undefined;
  readonly tasks: readonly Task[];
  readonly hasTasks: boolean;
}

/** Entity → key of the row that the ad hangs on; a way that is not known yet is absent. */
export type Keys = ReadonlyMap<string, number>;

/** The way up from an ad, by the ads database where it can be asked, else by the repository. */
export async function keysOf(adId: number, { database, adsRows }: SourceParts): Promise<Keys> {
  const keys = new Map<string, number>([[AdRow.name, adId]]);
  const linked = async (
    entity: typeof AdRow | typeof AdGroupRow | typeof CampaignRow,
    table: "ads" | "ad_groups" | "campaigns",
  ) => {
    const key = keys.get(entity.name);
    if (key === undefined) return {};
    const row = (await adsRows?.row({ table, key }))?.row ?? undefined;
    const stored = (await rowState(database, entity, key))?.groups.find(({ group }) => group === "settings");
    return { ...stored?.columns, ...row } as Readonly<Record<string, unknown>>;
  };
  const add = (entity: { readonly name: string }, key: unknown) => {
    if (typeof key === "number") keys.set(entity.name, key);
  };
  const ad = await linked(AdRow, "ads");
  add(AdGroupRow, ad["adGroupId"]);
  add(CreativeRow, ad["creativeId"]);
  add(CampaignRow, (await linked(AdGroupRow, "ad_groups"))["campaignId"]);
  add(AdvertiserRow, (await linked(CampaignRow, "campaigns"))["advertiserId"]);
  return keys;
}

export async function sourceFacts(keys: Keys, parts: SourceParts): Promise<readonly SourceFacts[]> {
  const rows = new Map<string, RowState | undefined>();
  for (const entity of [AdRow, AdGroupRow, CampaignRow, AdvertiserRow, CreativeRow]) {
    const key = keys.get(entity.name);
    if (key !== undefined) rows.set(entity.name, await rowState(parts.database, entity, key));
  }
  const found = await foundInLog(keys, parts);
  const times = await writtenTimes(rows, parts.database);
  const facts: SourceFacts[] = [];
  for (const source of SOURCE_GROUPS) {
    const key = keys.get(source.entity.name);
    if (key === undefined) continue;
    const current =
      source.from.kind === "table" ? await parts.adsRows?.row({ table: source.from.table, key }) : undefined;
    facts.push(factsOf(source, { key, row: rows.get(source.entity.name), current, found, times }));
  }
  return facts;
}

const ENTITIES: readonly AnyEntity[] = [AdRow, AdGroupRow, CampaignRow, AdvertiserRow, CreativeRow, AdDocumentRow];

/** When the groups of rows were written as they are, by `entity:key:group`. */
export function writtenTimes(
  rows: ReadonlyMap<string, RowState | undefined>,
  database: Database,
): Promise<ReadonlyMap<string, number>> {
  const written = [...rows].flatMap(([entity, row]) =>
    (row?.groups ?? []).flatMap(({ group, version }) =>
      version === 0n || row === undefined ? [] : [{ entity, key: row.key, group, version }],
    ),
  );
  return commitTimes(database, ENTITIES, written);
}

interface FoundInLog {
  readonly changes: readonly (FoundRecord & Waiting)[];
  readonly updates: readonly (FoundRecord & Waiting)[];
  readonly rejected: readonly FoundRecord[];
  readonly dropped: readonly FoundRecord[];
}

interface Update {
  readonly entity: string;
  readonly group: string;
  readonly key: number;
  readonly version: number;
}

function factsOf(
  source: SourceGroup,
  known: {
    readonly key: number;
    readonly row: RowState | undefined;
    readonly current: CurrentRow | undefined;
    readonly found: FoundInLog;
    readonly times: ReadonlyMap<string, number>;
  },
): SourceFacts {
  const { entity, group, from } = source;
  const { key, row, current, found, times } = known;
  const { owner, class: dataClass } = declaredGroup(source);
  const name = from.kind === "table" ? from.table : from.signal;
  const state = row?.groups.find((each) => each.group === group);
  // A deleted row has the version of its tombstone in every group.
  const version = Math.max(Number(state?.version ?? 0n), row?.deleted === true ? Number(row.presenceVersion) : 0);
  const isOwn = (update: Update | undefined) =>
    update?.entity === entity.name && update.group === group && update.key === key;
  const newest = <Found extends FoundRecord>(
    records: readonly Found[],
    updateOf: (value: never) => Update | undefined,
  ) =>
    records
      .filter(({ value }) => isOwn(updateOf(value as never)) && (updateOf(value as never)?.version ?? 0) > version)
      .at(-1);
  const update = newest(found.updates, (value: Update) => value);
  const rejected = newest(found.rejected, (value: { update: Update } | undefined) => value?.update);
  const dropped = newest(found.dropped, (value: { update: Update } | undefined) => value?.update);
  const time = state?.columns[`${group}SourceAtMs`];
  return {
    ...{ entity: entity.name, group, owner, class: dataClass, key, source: name },
    inSource: current && { version: current.version, updatedAtMs: current.updatedAtMs, gone: current.row === null },
    inRepo: {
      version,
      sourceAtMs: typeof time === "number" ? time : null,
      writtenAtMs: times.get(`${entity.name}:${key}:${group}`) ?? null,
    },
    change: waitingOf(found.changes.filter((each) => each.key === `${name}:${key}`).at(-1)),
    update: update && { ...(waitingOf(update) as Waiting), version: (update.value as Update).version },
    rejected: rejected && rejectionOf(rejected.value as never),
    dropped: dropped && droppedOf(dropped.value as never),
  };
}

function waitingOf(found: Waiting | undefined): Waiting | undefined {
  return (
    found && { topic: found.topic, partition: found.partition, offset: found.offset, task: found.task, lag: found.lag }
  );
}

function rejectionOf(value: { readonly update: Update; readonly reason: string; readonly owner: string }) {
  return { version: value.update.version, reason: value.reason, owner: value.owner };
}

function droppedOf(value: { readonly update: Update; readonly ageMs: number }) {
  return { version: value.update.version, ageMs: value.ageMs };
}

async function foundInLog(keys: Keys, parts: SourceParts): Promise<FoundInLog> {
  const { log } = parts;
  if (log === undefined) return { changes: [], updates: [], rejected: [], dropped: [] };
  const groups = SOURCE_GROUPS.filter(({ entity }) => keys.has(entity.name));
  const sourceKeys = groups.map(
    ({ entity, from }) => `${from.kind === "table" ? from.table : from.signal}:${keys.get(entity.name)}`,
  );
  const entityKeys = new Set(groups.map(({ entity }) => `${entity.name}:${keys.get(entity.name)}`));
  const waiting = (topic: Topic<never>, wanted: ReadonlySet<string>) => waitingRecords(log, topic, wanted, parts);
  const updates = [EntityUpdatesHigh, EntityUpdatesMedium, EntityUpdatesLow];
  return {
    changes: await flat([SourceChanges, ContentSignals], (topic) => waiting(topic, new Set(sourceKeys))),
    updates: await flat(updates, (topic) => waiting(topic, entityKeys)),
    rejected: await findRecords(log, RejectedUpdates as never, { keys: entityKeys }),
    dropped: await findRecords(log, DroppedUpdates as never, { keys: entityKeys }),
  };
}

/** Records from where their task will go on. */
async function waitingRecords(
  log: EventLog,
  topic: Topic<never>,
  keys: ReadonlySet<string>,
  { database, tasks, hasTasks }: SourceParts,
) {
  const task = tasks.find(({ source }) => source.name === topic.name);
  const status = task !== undefined && hasTasks ? await new PostgresOperations(database).status() : [];
  const nextOf = (partition: number) =>
    status.find((each) => each.task === task?.name && each.partition === partition)?.next;
  const records = await findRecords(log, topic, {
    keys,
    from: ({ partition, earliest }) => nextOf(partition) ?? earliest,
  });
  if (records.length === 0) return [];
  const ends = new Map(
    (await log.offsets(topic.name)).map(({ partition, earliest, end }) => [partition, { earliest, end }]),
  );
  return records.map((record) => {
    const at = ends.get(record.partition);
    const lag = (at?.end ?? record.offset) - (nextOf(record.partition) ?? at?.earliest ?? record.offset);
    return { ...record, task: task?.name ?? "nobody", lag };
  });
}

async function flat<One>(
  topics: readonly unknown[],
  work: (topic: Topic<never>) => Promise<readonly One[]>,
): Promise<readonly One[]> {
  const all: One[] = [];
  for (const topic of topics) all.push(...(await work(topic as Topic<never>)));
  return all;
}
