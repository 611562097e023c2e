/** What suite and server process say to each other over the channel between parent and child. */
import type { Shares } from "./shares.ts";

/** What the server answers, by question. */
export interface Answers {
  /** Bodies of sample requests of the marketplace's users, as JSON, over all surfaces. */
  requests: readonly string[];
  usage: Usage;
  startProfile: null;
  endProfile: Shares;
  startAllocation: null;
  endAllocation: Allocation;
  candidates: Candidates;
  stop: null;
}

export type Question = keyof Answers;

/** Sent once, when the server is ready. */
export interface Started {
  readonly url: string;
  /** From the start of the process, ms: its modules are loaded. */
  readonly modulesMs: number;
  readonly startMs: Readonly<Record<"load" | "listen" | "warmUp" | "total", number>>;
  /** Processor time of the process until it was ready, ms. */
  readonly cpuMs: number;
  /** When it was ready, ms since 1970, with fractions. */
  readonly readyAtMs: number;
  readonly adsCount: number;
  readonly residentBytes: number;
}

export interface Usage {
  /** User and system time of all threads, µs. */
  readonly cpuMicros: number;
  readonly residentBytes: number;
  /** Quality that the last request began with: 1 unless the host sheds load. */
  readonly quality: number;
}

/** Growth of memory since `startAllocation`, bytes. */
export interface Allocation {
  readonly heapBytes: number;
  /** Buffers of typed arrays, which lie outside the heap. */
  readonly bufferBytes: number;
  /** Collections in between: with any, the growth says nothing. */
  readonly collections: number;
}

/** Of the checked requests among those served: how many candidates the two models scored, on average. */
export interface Candidates {
  readonly requests: number;
  readonly scoredLightMean: number;
  readonly rankedMean: number;
  readonly rankedLeast: number;
  /** Mean by surface. */
  readonly rankedBySurface: Readonly<Record<string, number>>;
}
