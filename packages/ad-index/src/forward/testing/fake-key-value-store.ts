/** A key-value store in memory that is slow, fails and forgets when a test says so. */
import type { ConditionalWrite, KeyValueStore, StoredValue } from "../records/key-value-store.ts";

type Operation = "getMany" | "compareAndSet" | "keysAfter";

export class FakeKeyValueStore implements KeyValueStore {
  readonly name = "the fake store";
  readonly values = new Map<string, StoredValue>();
  /** What each call waits for before it looks at the values, and what it fails with when that rejects. */
  before: (operation: Operation, call: number) => Promise<void> = async () => undefined;
  /** Keys of each read, in the order of the calls. */
  readonly reads: (readonly string[])[] = [];
  #calls = 0;
  #tokens = 0;

  async getMany(keys: readonly string[]): Promise<readonly (StoredValue | undefined)[]> {
    this.reads.push(keys);
    await this.before("getMany", ++this.#calls);
    return keys.map((key) => this.values.get(key));
  }

  async compareAndSet({ key, value, token }: ConditionalWrite): Promise<boolean> {
    await this.before("compareAndSet", ++this.#calls);
    if (this.values.get(key)?.token !== token) return false;
    if (value === undefined) this.values.delete(key);
    else this.values.set(key, { value, token: String(++this.#tokens) });
    return true;
  }

  async keysAfter(after: string, max: number): Promise<readonly string[]> {
    await this.before("keysAfter", ++this.#calls);
    return [...this.values.keys()]
      .filter((key) => key > after)
      .sort()
      .slice(0, max);
  }
}
