/** What goes into a store and comes out of it, as streams. */
import { createHash, hash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { Body, StoredObject } from "./object-store.ts";

/** Objects that are read into memory whole are catalogues and manifests, not segments. */
const TEXT_BYTES_MAX = 64 * 2 ** 20;

export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
}

export function sha256Of(bytes: Uint8Array): string {
  return hash("sha256", bytes);
}

export function bodyBytes(body: Body): number {
  return body instanceof Uint8Array ? body.length : body.bytes;
}

export function bodySha256(body: Body): string {
  return body instanceof Uint8Array ? sha256Of(body) : body.sha256;
}

export function bodyChunks(body: Body): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  return body instanceof Uint8Array ? [body] : createReadStream(body.path);
}

export async function fileDigest(path: string): Promise<Digest> {
  return digestOf(createReadStream(path));
}

/** Reads everything; `each` may keep it. */
export async function digestOf(
  chunks: AsyncIterable<Uint8Array>,
  each?: (chunk: Uint8Array) => Promise<void>,
): Promise<Digest> {
  const sum = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunks) {
    sum.update(chunk);
    bytes += chunk.length;
    await each?.(chunk);
  }
  return { bytes, sha256: sum.digest("hex") };
}

export function writeInto(file: FileHandle): (chunk: Uint8Array) => Promise<void> {
  return async (chunk) => {
    await file.writeFile(chunk);
  };
}

export async function readAll({ chunks, bytes }: Pick<StoredObject, "chunks" | "bytes">): Promise<Uint8Array> {
  if (bytes > TEXT_BYTES_MAX) throw new RangeError(`${bytes} bytes are too many to be read at once`);
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
