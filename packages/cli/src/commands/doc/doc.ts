import { openObjectStore } from "@tenon/ad-index/publish";
import { AdsDatabaseReader } from "@tenon/ads-database";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import * as tasks from "@tenon/graphs/tasks";
import {
  type DocumentFacts,
  type Event,
  type LookParts,
  lookAtDocument,
  timelineOf,
  type Verdict,
  whyOf,
} from "@tenon/indexer/operate";
import { type Database, openDatabase } from "@tenon/postgres";
import type { Task } from "@tenon/stream-runtime";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { tableLines } from "../../output/table.ts";
import { hasTable, type StoreOptions, type Stores, withStores } from "../../stores/open-stores.ts";
import { bigintsAsNumbers, requireRepo } from "../../stores/repo-words.ts";
import { timeText } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";
import { askHosts } from "./ask-hosts.ts";

export interface DocOptions extends StoreOptions {
  readonly adsDatabase?: string;
  readonly slot: string;
  readonly store?: string;
  readonly host?: readonly string[];
}

/** Rows are read one table at a time. */
const ADS_CONNECTIONS_MAX = 2;

/** `tenon doc AD`: where the document of an ad is on its way, and the first reason why it is stale or missing. */
export function doc(adId: number, options: DocOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    await requireRepo(stores);
    const facts = await look(adId, stores, options, terminal);
    const verdict = whyOf(facts);
    const timeline = timelineOf(facts);
    if (options.json) terminal.out(bigintsAsNumbers({ adId, verdict, timeline, facts }));
    else terminal.out(`${textLines(verdict, timeline, facts, terminal).join("\n")}\n`);
    return verdict.rung === "served" ? ExitCode.pass : ExitCode.findings;
  });
}

async function look(
  adId: number,
  stores: Stores,
  options: DocOptions,
  { environment }: Terminal,
): Promise<DocumentFacts> {
  const { database } = stores;
  const url = options.adsDatabase ?? environment["ADS_DATABASE_URL"];
  const apart =
    url === undefined || url === "" ? undefined : await openDatabase({ url, connectionsMax: ADS_CONNECTIONS_MAX });
  try {
    const address = options.store ?? environment["OBJECT_STORE_URL"] ?? "";
    return await lookAtDocument(adId, {
      database,
      // Without a log, everything but the log can be asked.
      log: await stores.log().catch(() => undefined),
      ads: await adsParts(apart ?? database, options.slot),
      bases: address === "" ? undefined : openObjectStore(address, environment),
      tasks: Object.values(tasks) as unknown as readonly Task[],
      handlers: ARGUS_HANDLERS,
      askHosts: askHosts(options.host ?? [], environment["TENON_ADMIN_TOKEN"]),
    });
  } finally {
    await apart?.close();
  }
}

/** The ads database may be the same one, and may not be there at all. */
async function adsParts(database: Database, slot: string): Promise<LookParts["ads"]> {
  return (await hasTable(database, "ads.ads")) ? { database, rows: new AdsDatabaseReader(database), slot } : undefined;
}

function textLines(
  verdict: Verdict,
  timeline: readonly Event[],
  facts: DocumentFacts,
  { color }: Terminal,
): readonly string[] {
  const { bold, dim } = colorsFor(color);
  const owner = verdict.owner === null ? "" : `, owner ${verdict.owner}`;
  const columns = [{ title: "time" }, { title: "owner" }, { title: "what" }];
  const rows = timeline.map(({ atMs, what, owner: whose }) => [atMs === null ? "" : timeText(atMs), whose, what]);
  const groups = facts.groups.map(({ group, owner: whose, class: dataClass, handler, version, sourceAtMs }) => [
    ...[
      group,
      whose,
      dataClass,
      handler ?? "nobody",
      version === 0 ? "missing" : String(version),
      timeText(sourceAtMs ?? undefined),
    ],
  ]);
  const groupColumns = [
    ...[{ title: "group" }, { title: "owner" }, { title: "class" }, { title: "handler" }],
    ...[{ title: "version", align: "right" as const }, { title: "newest source" }],
  ];
  return [
    bold(verdict.because),
    dim(`  ${verdict.rung}${owner}; ${verdict.hint}`),
    ...["", ...tableLines(columns, rows, { head: dim })],
    ...["", ...tableLines(groupColumns, groups, { head: dim })],
  ];
}
