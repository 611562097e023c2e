/** Runs of the handlers over a small seeded marketplace and a day of edits: rows in, write sets and documents out. */
import type { RecordedEntry } from "@tenon/dev-run";
import { bind } from "@tenon/graph-core";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { recordingRun } from "@tenon/indexer";
import { generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import { AdGroupRow, LandingPagesResource, type SourceTable } from "@tenon/nodes";
import { type Handler, RowDeriver } from "@tenon/stream-runtime";
import { IndexingWorld, landingPages, WORLD_NOW_MS } from "../../../graphs/testing/indexing-world.ts";
import { marketplaceRows, marketplaceSignals } from "../../../graphs/testing/marketplace-source.ts";

export interface IndexingCorpusOptions {
  readonly seed: number;
  readonly ads: number;
  readonly edits: number;
}

// biome-ignore lint/suspicious/noExplicitAny: rows are whatever the database holds
type Row = any;

/** What an advertiser may change, one after the other. */
const EDITS: readonly {
  readonly name: string;
  readonly table: SourceTable;
  readonly change: (row: Row, at: number) => Row;
}[] = [
  { name: "bid", table: "ad_groups", change: (row) => ({ ...row, bidAmountMicros: row.bidAmountMicros * 2 }) },
  { name: "pause", table: "campaigns", change: (row) => ({ ...row, status: "paused" }) },
  { name: "title", table: "creatives", change: (row, at) => ({ ...row, title: `${row.title} ${at}` }) },
  {
    name: "budget",
    table: "budgets",
    change: (row) => ({ ...row, lifetimeCapMicros: Math.ceil(row.lifetimeCapMicros / 2) }),
  },
  { name: "floor", table: "ads", change: (row) => ({ ...row, floorMicros: row.floorMicros + 10_000 }) },
  {
    name: "landing",
    table: "creatives",
    change: (row, at) => ({ ...row, landingUrl: `${row.landingUrl}?campaign=${at}` }),
  },
  { name: "end", table: "campaigns", change: (row) => ({ ...row, endAtMs: row.startAtMs + 1 }) },
];

/** Every run once: a run of a later round that has the inputs of an earlier one says nothing new. */
export async function indexingEntries({ seed, ads, edits }: IndexingCorpusOptions): Promise<readonly RecordedEntry[]> {
  const marketplace = generateMarketplace(loadCatalogue(), { seed, adsMax: ads, nowMs: WORLD_NOW_MS });
  const world = await IndexingWorld.start({ seed });
  for (const { table, key, row } of marketplaceRows(marketplace))
    world.tell(world.ads.put(table, key, row, WORLD_NOW_MS));
  for (const signal of marketplaceSignals(marketplace, WORLD_NOW_MS)) world.observe(signal);
  await world.settle();

  const entries: RecordedEntry[] = [];
  const known = new Set<string>();
  let stratum = "load";
  const keep = (entry: RecordedEntry): void => {
    const { graph, request } = entry.recording;
    const inputs = `${graph} ${Buffer.from(request).toString("base64")}`;
    if (!known.has(inputs)) entries.push(entry);
    known.add(inputs);
  };
  const isOfGroup = ({ inputs }: Handler) =>
    inputs.some(({ kind, read }) => kind === "row" && read.entity === AdGroupRow);
  const keysOf = {
    group: marketplace.adGroups.map(({ adGroupId }) => adGroupId),
    ad: marketplace.ads.map(({ adId }) => adId),
  };
  const derive = async (): Promise<void> => {
    for (const kind of ["group", "ad"] as const) {
      const deriver = new RowDeriver({
        handlers: ARGUS_HANDLERS.filter((each) => isOfGroup(each) === (kind === "group")),
        resources: { landingPages: bind(LandingPagesResource, { value: landingPages }) },
        clock: { ...world.clock, nowMs: () => WORLD_NOW_MS } as never,
        run: recordingRun(keep, () => stratum),
      });
      await world.repo.read(deriver.reads, (snapshot) => deriver.derive(snapshot, keysOf[kind], () => 1n));
    }
  };
  await derive();
  for (let at = 0; at < edits; at++) {
    const { name, table, change } = EDITS[at % EDITS.length] as (typeof EDITS)[number];
    const keys = world.ads.keys(table).toSorted((left, right) => left - right);
    const key = keys[(at * 7) % keys.length] as number;
    world.tell(world.ads.put(table, key, change(world.ads.state(table, key).row, at), WORLD_NOW_MS + at + 1));
    await world.settle();
    stratum = `${name}-${at}`;
    await derive();
  }
  await world.stop();
  return entries;
}
