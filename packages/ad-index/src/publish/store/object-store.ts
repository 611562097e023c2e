/**
 * The port to an object store: where bases lie.
 *
 * O1 A write is there whole or not at all, and is seen by every read and list that begins after it.
 * O2 Of several conditional writes of one key under the same condition, one goes through.
 * O3 An etag stands for one write of a key: it never comes back for another content.
 */

/** What is written: bytes in memory, or a file whose size and digest are known. */
export type Body =
  | Uint8Array
  | { readonly path: string; readonly bytes: number /** Hex digits. */; readonly sha256: string };

export interface StoredObject {
  readonly bytes: number;
  readonly etag: string;
  /** The content, piece by piece; to be read once, or cancelled by ending the iteration. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAtMs: number;
}

/**
 * Keys are names joined by `/`: letters, digits, `.`, `_` and `-`, no name that begins with a dot.
 *
 * Errors of every method: TENON1443 the store failed or took too long, TENON1444 it refuses access or is set up wrongly.
 */
export interface ObjectStore {
  /** For messages, without anything secret. */
  readonly name: string;
  /** `undefined` for a key that is not there. */
  get(key: string): Promise<StoredObject | undefined>;
  /** The etag of the write; `undefined` when the key was taken, and nothing was changed. */
  putIfAbsent(key: string, body: Body): Promise<string | undefined>;
  /** The etag of the write; `undefined` when the key no longer has that etag, and nothing was changed. */
  putIfMatch(key: string, body: Body, etag: string): Promise<string | undefined>;
  /** Everything whose key begins with the prefix, in ascending order of keys. */
  list(prefix: string): Promise<readonly ListedObject[]>;
  /** Whether it was there or not. Not ordered with writes of the same key at the same time. */
  delete(key: string): Promise<void>;
  /** Removes what writers that died before an instant left unfinished, which nobody sees; returns how many. */
  collectUnfinished(beforeMs: number): Promise<number>;
}

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;

export function isKey(key: string): boolean {
  return key.split("/").every((name) => NAME.test(name));
}
