/** Lesson 2: what you see when two teams' nodes do not fit together. Every diagnostic names both sides and their owners. */
import { readFileSync } from "node:fs";
import { checkGraph, compileGraph, type Graph, graph, node, renderDiagnostics, slot } from "@tenon/graph-core";
import { z } from "zod";

const Query = slot("query", z.string(), { owner: "ads-serving" });
const Candidates = slot("candidates", z.array(z.int()), { owner: "ads-retrieval" });
const Words = slot("words", z.array(z.string()), { owner: "ads-retrieval" });

const searchVectors = node({
  owner: "ads-retrieval",
  purpose: "finds ads near the query",
  reads: [Query],
  writes: [Candidates],
  run: ({ query }) => ({ candidates: [query.length] }),
});

const searchKeywords = node({
  owner: "ads-search",
  purpose: "finds ads with the words of the query",
  reads: [Words],
  writes: [Candidates],
  run: ({ words }) => ({ candidates: words.map((word) => word.length) }),
});

// Two mistakes: both nodes write "candidates", and nobody writes "words". The editor marks the two entries of `nodes`:
// take the two `@ts-expect-error` lines away to read it there.
const retrieval = graph({
  name: "retrieval",
  owner: "ads-serving",
  request: [Query],
  nodes: {
    // @ts-expect-error slot 'candidates' is written by both nodes
    searchVectors,
    // @ts-expect-error no node writes slot 'words'
    searchKeywords,
  },
  respond: [Candidates],
});

// `checkGraph` says the same at run time, for callers without types and for `tenon check`. It returns all that is wrong.
const diagnostics = checkGraph(retrieval as Graph);
const source = (file: string) => readFileSync(file, "utf8");
console.log(renderDiagnostics(diagnostics, { root: import.meta.dirname, source }));

// A graph with mistakes is never run.
try {
  compileGraph(retrieval);
} catch (error) {
  console.log((error as Error).message);
}
