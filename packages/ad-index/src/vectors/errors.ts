/** Errors of vector segments, their workers and the hnswlib binding. */
import { GraphError } from "@tenon/graph-core";

export function badSegmentInput(problem: string, expected: string, found: string): GraphError {
  return new GraphError(`vector segment ${problem}`, {
    code: "TENON1410",
    category: "input",
    detail: `expected ${expected}, found ${found}`,
    hint: "check the matrix the vectors were read from; a segment is built whole or not at all",
  });
}

export function zeroVector(owner: string): GraphError {
  return new GraphError(`vector of ${owner} is zero, which has no direction`, {
    code: "TENON1411",
    category: "input",
    detail: "expected a vector with a length above 0 under metric cosine",
    hint: "leave the vector out, or build the segment with metric innerProduct",
  });
}

export function badSections(name: string, expected: string, found: string): GraphError {
  return new GraphError(`section "${name}" does not belong to this vector segment`, {
    code: "TENON1412",
    category: "resource",
    detail: `expected ${expected}, found ${found}`,
    hint: "load the last good file and build this one again; sections of two builds never mix",
  });
}

export function segmentTooLarge(bytes: number, bytesMax: number): GraphError {
  return new GraphError(`vector segment needs ${bytes} bytes, one segment can hold ${bytesMax}`, {
    code: "TENON1413",
    category: "input",
    detail: `expected at most ${bytesMax} bytes for rows, vectors, bitmaps and scratch areas together`,
    hint: "split the ads into several segments, or give it fewer bitmaps and searchers",
  });
}

export function badBitmap(problem: string, expected: string, found: string): GraphError {
  return new GraphError(`bitmap ${problem}`, {
    code: "TENON1414",
    category: "input",
    detail: `expected ${expected}, found ${found}`,
    hint: "take bitmaps with segment.bitmaps.take() and give them back with release()",
  });
}

/** `closed`: the index was closed, so nothing waits any more. */
export function searchQueueFull(waiting: number, waitingMax: number, closed: boolean): GraphError {
  const problem = closed ? "the index is closed" : `${waiting} searches wait, at most ${waitingMax} may`;
  return new GraphError(`no search can be queued: ${problem}`, {
    code: "TENON1415",
    category: "resource",
    detail: `expected an open index with fewer than ${waitingMax} waiting searches`,
    hint: "shed load before retrieval, start more workers, or search before the index is closed",
  });
}

export function searchWorkerLost(cause: string): GraphError {
  return new GraphError(`a search worker ended: ${cause}`, {
    code: "TENON1416",
    category: "resource",
    detail: "expected the worker to run until the pool is closed",
    hint: "the search can be repeated; searches that wait are given to the workers that are left",
  });
}

export function hnswMissing(cause: unknown): GraphError {
  return new GraphError("hnswlib-node cannot be loaded", {
    code: "TENON1417",
    category: "resource",
    detail: `expected the optional peer hnswlib-node 3.0.0, found: ${cause instanceof Error ? cause.message : String(cause)}`,
    hint: "npm install hnswlib-node, which needs a C++ compiler; every other search method works without it",
    cause,
  });
}

export function badHnswInput(problem: string, expected: string, found: string): GraphError {
  return new GraphError(`graph index ${problem}`, {
    code: "TENON1418",
    category: "input",
    detail: `expected ${expected}, found ${found}`,
    hint: "build a new graph from the segment; labels are never reused in place",
  });
}

export function badSearch(problem: string, expected: string, found: string): GraphError {
  return new GraphError(`vector search ${problem}`, {
    code: "TENON1419",
    category: "input",
    detail: `expected ${expected}, found ${found}`,
    hint: "see AnnQuery for what a search takes",
  });
}
