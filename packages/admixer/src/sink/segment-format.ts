/**
 * A segment: magic, version, header, frames.
 *
 *     "TENONLOG" | u16 version | u16 0 | u32 header bytes | u32 crc32 of header | header
 *     frame: u32 payload bytes | u32 crc32 of kind and payload | u8 kind | payload
 *
 * Numbers are little-endian. A frame that ends beyond the file, or the last one with a wrong sum, is a torn tail: the
 * process ended while it wrote. Damage with further bytes behind it is no torn tail and is reported as damage.
 */
import { crc32 } from "node:zlib";
import { decodeValue, encodeValue } from "@tenon/graph-core/internal";
import { hostError } from "../host/host-error.ts";
import { type LogRecord, RecordKind, type RecordKindCode } from "./append-sink.ts";

const MAGIC = Buffer.from("TENONLOG", "latin1");
const VERSION = 1;
const PREFIX_BYTES = 20;
const FRAME_BYTES = 9;
/** Beyond this a length is taken for damage: no record is a quarter of a gibibyte. */
const PAYLOAD_BYTES_MAX = 2 ** 28;
const KINDS: ReadonlySet<number> = new Set(Object.values(RecordKind));

/** What a reader must know to read the records, and to tell which code and models made them. */
export interface SegmentHeader {
  readonly graph: string;
  readonly planHash: string;
  readonly topologyHash: string;
  /** Fingerprint of each logged slot, by name. */
  readonly slots: Readonly<Record<string, string>>;
  /** Fingerprint of each feature schema inside, by name. */
  readonly featureSchemas: Readonly<Record<string, string>>;
  /** Versions of the pinned resources when the segment was begun, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
}

export function encodeHeader(header: SegmentHeader): Buffer {
  const body = encodeValue(header);
  const bytes = Buffer.alloc(PREFIX_BYTES + body.length);
  MAGIC.copy(bytes);
  bytes.writeUInt16LE(VERSION, 8);
  bytes.writeUInt32LE(body.length, 12);
  bytes.writeUInt32LE(crc32(body), 16);
  bytes.set(body, PREFIX_BYTES);
  return bytes;
}

export function encodeFrame({ kind, payload }: LogRecord): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_BYTES + payload.length);
  bytes.writeUInt32LE(payload.length, 0);
  bytes[8] = kind;
  bytes.set(payload, FRAME_BYTES);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

export interface Segment {
  readonly header: SegmentHeader;
  readonly records: readonly LogRecord[];
  /** Bytes up to the end of the last sound frame. */
  readonly soundBytes: number;
  /** Bytes of a torn tail. */
  readonly tornBytes: number;
}

/**
 * Reads a segment's bytes. Payloads are views of `bytes`.
 *
 * @throws GraphError TENON1620 for damage before the end, with its offset; TENON1621 for another format or version
 */
export function decodeSegment(bytes: Uint8Array, name: string): Segment {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { header, end } = decodeHeader(data, name);
  const records: LogRecord[] = [];
  let at = end;
  while (at < data.length) {
    const frame = frameAt(data, at);
    if (frame === "torn") break;
    if (frame === "damaged") {
      throw hostError("damagedSegment", {
        message: `log segment "${name}" is damaged at byte ${at}`,
        detail: `expected a record whose checksum fits, found ${data.length - at} bytes that hold none; ${records.length} records before it are sound`,
        hint: "the disk or a copy changed the file: take it from a replica, or read the records before the damage",
      });
    }
    records.push(frame);
    at += FRAME_BYTES + frame.payload.length;
  }
  return { header, records, soundBytes: at, tornBytes: data.length - at };
}

function decodeHeader(data: Buffer, name: string): { readonly header: SegmentHeader; readonly end: number } {
  const foreign = (detail: string) =>
    hostError("foreignSegment", {
      message: `"${name}" is no log segment of version ${VERSION}`,
      detail,
      hint: "read it with the version that wrote it; a segment whose header was never finished holds no record and can be deleted",
    });
  if (data.length < PREFIX_BYTES) throw foreign(`expected at least ${PREFIX_BYTES} bytes, found ${data.length}`);
  if (!data.subarray(0, MAGIC.length).equals(MAGIC)) throw foreign("expected it to begin with TENONLOG");
  const version = data.readUInt16LE(8);
  if (version !== VERSION) throw foreign(`found version ${version}`);
  const end = PREFIX_BYTES + data.readUInt32LE(12);
  const body = data.subarray(PREFIX_BYTES, end);
  if (end > data.length || crc32(body) !== data.readUInt32LE(16)) throw foreign("its header is not whole");
  return { header: decodeValue(body) as SegmentHeader, end };
}

function frameAt(data: Buffer, at: number): LogRecord | "torn" | "damaged" {
  if (at + FRAME_BYTES > data.length) return "torn";
  const length = data.readUInt32LE(at);
  const end = at + FRAME_BYTES + length;
  if (end > data.length) return length > PAYLOAD_BYTES_MAX ? "damaged" : "torn";
  const kind = data[at + 8] as RecordKindCode;
  if (crc32(data.subarray(at + 8, end)) === data.readUInt32LE(at + 4) && KINDS.has(kind)) {
    return { kind, payload: data.subarray(at + FRAME_BYTES, end) };
  }
  return end === data.length ? "torn" : "damaged";
}
