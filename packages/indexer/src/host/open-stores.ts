/** What the roles of a process stand on. */

import { type ObjectStore, openObjectStore } from "@tenon/ad-index/publish";
import { AdsDatabaseReader, migrateAdsDatabase } from "@tenon/ads-database";
import { type AnyTopic, deadLetterTopicOf, type EventLog } from "@tenon/event-log/api";
import {
  AdDocumentRow,
  ContentSignals,
  DroppedUpdates,
  EntityUpdatesHigh,
  EntityUpdatesLow,
  EntityUpdatesMedium,
  IndexDeltas,
  RejectedUpdates,
  ServingControl,
  SOURCE_ENTITIES,
  SourceChanges,
} from "@tenon/nodes";
import { type Database, openDatabase } from "@tenon/postgres";
import { openRepo, PostgresCursors, type PostgresRepo } from "@tenon/storage-repo";
import { type Probe, probesIn } from "../probes/probe.ts";
import { ProbeResults } from "../probes/probe-results.ts";
import { SwitchStore } from "../switches/switch-store.ts";
import { RunStore } from "../workflows/run-store.ts";
import type { IndexerSettings } from "./indexer-settings.ts";

/** A role's tasks, handlers, log and readers at once; a role waits for a connection before it is refused one. */
const CONNECTIONS_MAX = 24;
const ADS_CONNECTIONS_MAX = 6;

export interface IndexerStores {
  readonly settings: IndexerSettings;
  readonly database: Database;
  readonly adsDatabase: Database;
  readonly adsRows: AdsDatabaseReader;
  readonly repo: PostgresRepo;
  readonly log: EventLog;
  readonly bases: ObjectStore;
  readonly switches: SwitchStore;
  readonly runs: RunStore;
  readonly cursors: PostgresCursors;
  readonly probes: readonly Probe[];
  readonly probeResults: ProbeResults;
  close(): Promise<void>;
}

export const ENTITIES = [...SOURCE_ENTITIES, AdDocumentRow];

/** Every topic of the pipeline, dead letters of the content among them. */
export const TOPICS: readonly AnyTopic[] = [
  ...[SourceChanges, EntityUpdatesHigh, EntityUpdatesLow, ServingControl, IndexDeltas],
  ...[ContentSignals, EntityUpdatesMedium, RejectedUpdates, DroppedUpdates].flatMap((topic) => [
    topic,
    deadLetterTopicOf(topic),
  ]),
];

/** Opens everything, making what is missing. What was opened is closed when a part cannot be. */
export async function openStores(settings: IndexerSettings, environment: NodeJS.ProcessEnv): Promise<IndexerStores> {
  const closing: (() => Promise<unknown>)[] = [];
  const kept = <Part extends { close(): Promise<unknown> }>(part: Part): Part => {
    closing.unshift(() => part.close());
    return part;
  };
  const close = async () => {
    for (const each of closing.splice(0)) await each();
  };
  try {
    const { databaseUrl, adsDatabaseUrl, owner } = settings;
    const probes = probesIn(settings.probesFolder);
    const applicationName = `tenon-${owner}`.slice(0, 63);
    const database = kept(await openDatabase({ url: databaseUrl, connectionsMax: CONNECTIONS_MAX, applicationName }));
    const adsDatabase = kept(
      await openDatabase({ url: adsDatabaseUrl, connectionsMax: ADS_CONNECTIONS_MAX, applicationName }),
    );
    await migrateAdsDatabase(adsDatabase);
    const repo = await openRepo({ database, entities: ENTITIES });
    const log = kept(await openLog(settings, database));
    await log.createTopics(TOPICS);
    const switches = new SwitchStore(database);
    await switches.prepare();
    const runs = new RunStore(database);
    await runs.prepare();
    const probeResults = new ProbeResults(database);
    await probeResults.prepare();
    const bases = openObjectStore(settings.objectStoreUrl, environment);
    const cursors = new PostgresCursors(database);
    const adsRows = new AdsDatabaseReader(adsDatabase);
    return {
      settings,
      database,
      adsDatabase,
      adsRows,
      repo,
      log,
      bases,
      switches,
      runs,
      cursors,
      probes,
      probeResults,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openLog(
  { kafkaBrokers: brokers, kafkaClient: client, owner }: IndexerSettings,
  database: Database,
): Promise<EventLog> {
  if (brokers.length === 0) {
    const { openEmbeddedLog } = await import("@tenon/event-log/embedded");
    return openEmbeddedLog({ database, wakeUp: "notify" });
  }
  const { openKafkaLog } = await import("@tenon/event-log/kafka");
  return openKafkaLog({ brokers, client, clientId: owner });
}
