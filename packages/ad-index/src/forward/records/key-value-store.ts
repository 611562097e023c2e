/** The port to a key-value store outside: Redis, a table of a database, a service. */

export interface StoredValue {
  readonly value: Uint8Array;
  /** Changes with every write of the key. */
  readonly token: string;
}

/** A write that goes through only if the key still is as it was read. */
export interface ConditionalWrite {
  readonly key: string;
  /** `undefined` deletes. */
  readonly value: Uint8Array | undefined;
  /** As read; `undefined` for a key that was not there. */
  readonly token: string | undefined;
}

export interface KeyValueStore {
  /** For messages, without anything secret. */
  readonly name: string;
  /** In the order of the keys; `undefined` for a key that is not there. */
  getMany(keys: readonly string[], signal: AbortSignal): Promise<readonly (StoredValue | undefined)[]>;
  /** False when the key has changed since it was read. */
  compareAndSet(write: ConditionalWrite, signal: AbortSignal): Promise<boolean>;
  /** Up to `max` keys in ascending order, from the first one after `after`; for collecting. */
  keysAfter(after: string, max: number, signal: AbortSignal): Promise<readonly string[]>;
}
