/** One run as a corpus keeps it, and its bytes. */
import { type RecordedFailure, type RecordedRead, type Recording, U8Column } from "@tenon/graph-core";
import { decodeValue, encodeValue, rawValues } from "@tenon/graph-core/internal";

/** One run as it is kept: graph-core's recording, and where it comes from. It holds no personal data. */
export interface RecordedEntry {
  /** Without its response: a replay on the code that made it gives that again, and its digest says so. */
  readonly recording: Recording;
  readonly host: "admixer" | "indexer";
  /** What it stands for: surface, country group, rare path. */
  readonly stratum: string;
  /** When it was recorded, milliseconds since the epoch. */
  readonly recordedAtMs: number;
  /** Digest of what each node gave, by node name: 16 hex digits. Nodes that gave nothing are left out. */
  readonly digests: Readonly<Record<string, string>>;
  /** SHA-256 of the encoded respond slots, hex; `undefined` for a run that failed. */
  readonly responseDigest: string | undefined;
  /** Code of the error it failed with; `undefined` for a run that answered. */
  readonly failureCode: string | undefined;
}

export function encodeEntry({ recording, ...rest }: RecordedEntry): Uint8Array {
  const { request, response: _, reads, ...facts } = recording;
  return encodeValue({
    ...rest,
    ...facts,
    request: U8Column.from(request),
    reads: reads.map((read) => ({ ...read, result: storedResult(read.result) })),
  });
}

/** @throws GraphError TENON1161 for bytes that hold no entry */
export function decodeEntry(bytes: Uint8Array): RecordedEntry {
  const { host, stratum, recordedAtMs, digests, responseDigest, failureCode, request, reads, ...facts } = decodeValue(
    bytes,
  ) as StoredEntry;
  return {
    host,
    stratum,
    recordedAtMs,
    digests,
    responseDigest,
    failureCode,
    recording: {
      ...facts,
      request: bytesOf(request),
      response: undefined,
      reads: reads.map((read) => ({ ...read, result: readResult(read.result) })),
    },
  };
}

type StoredRead = Omit<RecordedRead, "result"> & { readonly result: U8Column | RecordedFailure };

interface StoredEntry extends Omit<RecordedEntry, "recording">, Omit<Recording, "request" | "response" | "reads"> {
  readonly request: U8Column;
  readonly reads: readonly StoredRead[];
}

function storedResult(result: RecordedRead["result"]): StoredRead["result"] {
  return result instanceof Uint8Array ? U8Column.from(result) : result;
}

function readResult(result: StoredRead["result"]): RecordedRead["result"] {
  return result instanceof U8Column ? bytesOf(result) : result;
}

function bytesOf(column: U8Column): Uint8Array {
  return rawValues(column) as Uint8Array;
}
