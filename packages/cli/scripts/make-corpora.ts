/**
 * Makes the committed corpora anew: `npm run corpus`, or one of them: `npm run corpus -- indexing`. They are what dev runs and
 * reports replay when nobody names another one; the same code makes the same bytes.
 */
import { fileURLToPath } from "node:url";
import { dropStrata, recordMarketplace } from "@tenon/admixer";
import { type CorpusHeader, type RecordedEntry, type StratifiedRun, stratified, writeCorpus } from "@tenon/dev-run";
import { handlerGraphs } from "@tenon/indexer";
import { MARKETPLACE_NOW_MS, randomStream } from "@tenon/marketplace";
import { indexingEntries } from "./indexing-corpus.ts";

const FOLDER = new URL("../../dev-run/corpora/", import.meta.url);
/** Requests that are run, and how many of each stratum are kept. */
const SERVING = { seed: 11, adsMax: 600, usersCount: 60, requests: 1_600 };
const PER_STRATUM_MAX = 6;
const INDEXING = { seed: 11, ads: 40, edits: 28 };

function write(name: string, header: CorpusHeader, entries: readonly RecordedEntry[]): void {
  const writer = writeCorpus(fileURLToPath(new URL(`${name}.runs`, FOLDER)), header, (corpus) => {
    for (const entry of entries) corpus.add(entry);
  });
  process.stdout.write(`${name}: ${writer.entries} runs, ${writer.bytes} bytes\n`);
}

async function makeServing(): Promise<void> {
  const marketplace = recordMarketplace(SERVING);
  async function* serving(): AsyncGenerator<StratifiedRun> {
    for await (const { entry, ctx } of marketplace.runs()) yield { entry, strata: [entry.stratum, ...dropStrata(ctx)] };
  }
  const random = randomStream(SERVING.seed, "corpus");
  write("serving", marketplace.header, await stratified(serving(), PER_STRATUM_MAX, () => random.unit()));
}

async function makeIndexing(): Promise<void> {
  const header = {
    name: "indexing",
    madeBy: `marketplace, seed ${INDEXING.seed}, ${INDEXING.ads} ads, ${INDEXING.edits} edits`,
    madeAtMs: MARKETPLACE_NOW_MS,
    graphs: handlerGraphs(),
    bindings: {},
  };
  write("indexing", header, await indexingEntries(INDEXING));
}

const MAKERS: Readonly<Record<string, () => Promise<void>>> = { serving: makeServing, indexing: makeIndexing };
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(MAKERS, name));
if (unknown.length > 0) {
  process.stderr.write(`no corpus ${unknown.join(", ")}; there are ${Object.keys(MAKERS).join(", ")}\n`);
  process.exit(2);
}
for (const [name, make] of Object.entries(MAKERS)) if (asked.length === 0 || asked.includes(name)) await make();
