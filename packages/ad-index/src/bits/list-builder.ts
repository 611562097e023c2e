/** Members by key, without an array per key. */

/** List n is `members` from `starts[n]` to `starts[n + 1]`. */
export interface Lists {
  readonly starts: Int32Array;
  readonly members: Int32Array;
}

export function listOf({ starts, members }: Lists, key: number): Int32Array {
  return members.subarray(starts[key], starts[key + 1]);
}

/** Pairs of key and member are held as given until {@link lists} sorts them. */
const PAIRS_AT_FIRST = 64;

/** Collects members by key, without an array per key. */
export class ListBuilder {
  private keys = new Int32Array(PAIRS_AT_FIRST);
  private members = new Int32Array(PAIRS_AT_FIRST);
  private size = 0;

  add(key: number, member: number): void {
    if (this.size === this.keys.length) {
      this.keys = doubled(this.keys);
      this.members = doubled(this.members);
    }
    this.keys[this.size] = key;
    this.members[this.size] = member;
    this.size++;
  }

  /** A list per key below `keyCount`, members in the order in which they were added (a counting sort). */
  lists(keyCount: number): Lists {
    const starts = new Int32Array(keyCount + 1);
    for (let pair = 0; pair < this.size; pair++) {
      const key = this.keys[pair] as number;
      starts[key + 1] = (starts[key + 1] as number) + 1;
    }
    for (let key = 0; key < keyCount; key++) starts[key + 1] = (starts[key + 1] as number) + (starts[key] as number);
    const next = starts.slice(0, keyCount);
    const members = new Int32Array(this.size);
    for (let pair = 0; pair < this.size; pair++) {
      const key = this.keys[pair] as number;
      const place = next[key] as number;
      members[place] = this.members[pair] as number;
      next[key] = place + 1;
    }
    return { starts, members };
  }
}

function doubled(values: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(2 * values.length);
  more.set(values);
  return more;
}
