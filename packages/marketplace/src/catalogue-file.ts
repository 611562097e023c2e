/**
 * The format of `data/catalogue.bin`. Little-endian.
 *
 * | offset | bytes | content |
 * |---|---|---|
 * | 0 | 8 | magic `TENONCAT` |
 * | 8 | 4 | format version, 1 |
 * | 12 | 4 | length of the payload before compression |
 * | 16 | 32 | SHA-256 of the payload before compression |
 * | 48 | … | payload, brotli |
 *
 * Payload: length of the JSON (4), `CatalogueTables` as UTF-8 JSON, then the int8 vectors.
 * The checksum covers the uncompressed payload, so it names the content whatever the compressor's version.
 */
import { createHash } from "node:crypto";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { CatalogueFileError } from "./catalogue-file-error.ts";
import { type CatalogueTables, EMBEDDING_DIMENSIONS, type StoredCatalogue } from "./catalogue-tables.ts";

const MAGIC = "TENONCAT";
const FORMAT_VERSION = 1;
const HEADER_BYTES = 48;
const CHECKSUM_OFFSET = 16;
/** A header that asks for more is corrupt: the real payload is about 9 MB. */
const PAYLOAD_BYTES_MAX = 64 * 1024 * 1024;

/** The bytes of a file. The same catalogue always gives the same bytes on one version of zlib. */
export function encodeCatalogue({ tables, vectors }: StoredCatalogue): Uint8Array {
  const json = Buffer.from(JSON.stringify(tables), "utf8");
  const jsonLength = Buffer.alloc(4);
  jsonLength.writeUInt32LE(json.length);
  const payload = Buffer.concat([
    jsonLength,
    json,
    Buffer.from(vectors.buffer, vectors.byteOffset, vectors.byteLength),
  ]);

  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 0, "latin1");
  header.writeUInt32LE(FORMAT_VERSION, 8);
  header.writeUInt32LE(payload.length, 12);
  createHash("sha256").update(payload).digest().copy(header, CHECKSUM_OFFSET);

  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: payload.length,
  };
  return Buffer.concat([header, brotliCompressSync(payload, { params })]);
}

/**
 * The catalogue in `file`, and its checksum as hex.
 * @throws CatalogueFileError when the file is no catalogue, of another version, cut short or changed.
 */
export function decodeCatalogue(file: Uint8Array): StoredCatalogue & { readonly checksum: string } {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < HEADER_BYTES || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    throw new CatalogueFileError("it does not start with TENONCAT");
  }
  const version = bytes.readUInt32LE(8);
  if (version !== FORMAT_VERSION)
    throw new CatalogueFileError(`format version ${version} found, ${FORMAT_VERSION} expected`);

  const payload = inflate(bytes.subarray(HEADER_BYTES), bytes.readUInt32LE(12));
  const expected = bytes.toString("hex", CHECKSUM_OFFSET, HEADER_BYTES);
  const found = createHash("sha256").update(payload).digest("hex");
  if (found !== expected) throw new CatalogueFileError(`checksum ${found} found, ${expected} expected`);

  const jsonEnd = 4 + payload.readUInt32LE(0);
  const tables = JSON.parse(payload.toString("utf8", 4, jsonEnd)) as CatalogueTables;
  const vectors = new Int8Array(payload.buffer, payload.byteOffset + jsonEnd, payload.length - jsonEnd);
  const vectorBytes = (tables.words.word.length + tables.categories.path.length) * EMBEDDING_DIMENSIONS;
  if (vectors.length !== vectorBytes)
    throw new CatalogueFileError(`${vectors.length} vector bytes found, ${vectorBytes} expected`);
  return { tables, vectors, checksum: found };
}

function inflate(compressed: Buffer, payloadBytes: number): Buffer {
  if (payloadBytes > PAYLOAD_BYTES_MAX) throw new CatalogueFileError(`its header claims ${payloadBytes} bytes`);
  try {
    // One byte is allowed where the header says none, since zlib refuses a bound of 0.
    return brotliDecompressSync(compressed, { maxOutputLength: Math.max(1, payloadBytes) });
  } catch (cause) {
    throw new CatalogueFileError("its payload cannot be decompressed", { cause });
  }
}
