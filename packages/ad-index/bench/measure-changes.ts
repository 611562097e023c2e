/**
 * Measures changes of whole documents on the generated marketplace: CPU time per change in batches of one, 100 and 1,000, and what
 * the changes cost a vector search and a keyword search before they are folded into a base.
 * Run from the root: node --conditions=@tenon/source packages/ad-index/bench/measure-changes.ts [changes]
 * Compare two revisions by running them in turns: the machine has other work.
 */
import { type AdDocument, adId } from "@tenon/ads-model";
import { F32Column } from "@tenon/graph-core";
import { EMBEDDING_DIMENSIONS, generateMarketplace, loadCatalogue } from "@tenon/marketplace";
import { type AdIndexHost, buildBase, openIndex } from "../src/index.ts";

const SEED = 7;
const CHANGES = Number(process.argv[2] ?? 5_000);
const SEARCHES = 200;
const BATCHES = [1_000, 100, 1] as const;

const { documents, embeddings: rows } = generateMarketplace(await loadCatalogue(), { seed: SEED });
const version = documents[0]?.embedding.version ?? "";
const embeddings = { version, dimensions: EMBEDDING_DIMENSIONS, rows };
const base = buildBase(documents, { embeddings, vectors: "lists" });

/** When most campaigns run. */
const generatedAtMs = median(documents.map(({ schedule }) => schedule.startAtMs)) + 1;

/** As they come out of a change feed: objects of their own. Each ad once, spread over all campaigns. */
function changesOf(round: number): readonly { readonly document: AdDocument; readonly vector: Float32Array }[] {
  return Array.from({ length: CHANGES }, (_, place) => {
    const document = documents[(place * 7_919) % documents.length] as AdDocument;
    const vector = vectorOf(document.embedding.row);
    const copy = structuredClone(document);
    return { document: { ...copy, adId: adId(document.adId), version: document.version + 1 + round }, vector };
  });
}

function vectorOf(row: number): Float32Array {
  return rows.slice(row * EMBEDDING_DIMENSIONS, (row + 1) * EMBEDDING_DIMENSIONS);
}

function cpuMicrosOf(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

async function searchMicros(index: AdIndexHost): Promise<{ readonly vectors: number; readonly keywords: number }> {
  const filter = { targeting: {}, atMs: generatedAtMs };
  const [vectors, keywords]: [number[], number[]] = [[], []];
  for (let place = 0; place < SEARCHES; place++) {
    const snapshot = index.current();
    const row = (place * 104_729) % documents.length;
    const vector = F32Column.from(vectorOf(row));
    const words = [documents[row]?.title ?? "coffee"];
    let [leastVectors, leastKeywords] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let repeat = 0; repeat < 5; repeat++) {
      let from = performance.now();
      await snapshot.searchVectors({ vector, embeddingVersion: version, filter, limit: 10 });
      leastVectors = Math.min(leastVectors, performance.now() - from);
      from = performance.now();
      snapshot.searchKeywords({ words, filter, limit: 10 });
      leastKeywords = Math.min(leastKeywords, performance.now() - from);
    }
    vectors.push(leastVectors * 1_000);
    keywords.push(leastKeywords * 1_000);
  }
  return { vectors: median(vectors), keywords: median(keywords) };
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0;
}

function changeAll(index: AdIndexHost, batch: number, round: number): number {
  const changes = changesOf(round);
  return cpuMicrosOf(() => {
    for (let at = 0; at < changes.length; at += batch) index.apply({ upserts: changes.slice(at, at + batch) });
  });
}

const lines: string[] = [];
changeAll(openIndex(base), 100, 0);
const before = await searchMicros(openIndex(base));
for (const batch of BATCHES) {
  const index = openIndex(base);
  const micros = changeAll(index, batch, 0) / CHANGES;
  const after = await searchMicros(index);
  const again = changeAll(index, batch, 1) / CHANGES;
  lines.push(
    `batches of ${String(batch).padStart(5)}: ${micros.toFixed(1)} us per change, ${again.toFixed(1)} the second time; ` +
      `segments ${index.status().segments}; search p50 ${before.vectors.toFixed(0)} -> ${after.vectors.toFixed(0)} us, ` +
      `keywords ${before.keywords.toFixed(0)} -> ${after.keywords.toFixed(0)} us`,
  );
}
process.stdout.write(`${documents.length} ads, ${CHANGES} changes\n${lines.join("\n")}\n`);
