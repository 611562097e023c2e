/**
 * Copies of the arrays behind columns, taken when they are written and compared when the run ends: the only way to see a
 * write to a typed array, which cannot be frozen. A copy and a `memcmp` cost less than any checksum in script, and see
 * every change.
 *
 * Copies lie one after the other in pages that are lent for a run and given back: guarding allocates nothing.
 */

/** Bytes of a page; an array larger than that gets a page of its own. */
const PAGE_BYTES = 1 << 18;
/** Pages kept for the next runs; more are left to the collector. */
const PAGES_KEPT_MAX = 32;

const spare: Buffer[] = [];

function takePage(bytes: number): Buffer {
  if (bytes > PAGE_BYTES) return Buffer.allocUnsafeSlow(bytes);
  return spare.pop() ?? Buffer.allocUnsafeSlow(PAGE_BYTES);
}

interface Guarded {
  /** What the array belongs to. */
  readonly key: string;
  readonly bytes: Buffer;
  readonly copy: Buffer;
}

export class ArrayGuard {
  readonly #arrays = new Map<ArrayBufferView, Guarded>();
  readonly #pages: Buffer[] = [];
  /** Bytes used of the last page. */
  #used = PAGE_BYTES;

  /** Keeps a copy of the array as it is now; of one that is guarded already, nothing changes. */
  guard(key: string, array: ArrayBufferView): void {
    if (this.#arrays.has(array) || array.byteLength === 0) return;
    const bytes = Buffer.from(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
    const copy = this.#room(bytes.length);
    bytes.copy(copy);
    this.#arrays.set(array, { key, bytes, copy });
  }

  #room(length: number): Buffer {
    let page = this.#pages.at(-1);
    if (page === undefined || this.#used + length > page.length) {
      page = takePage(length);
      this.#pages.push(page);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += length;
    return page.subarray(start, start + length);
  }

  /** Key of the first array that is not as it was, or `undefined`; gives the pages back. Ends the guard. */
  firstChanged(): string | undefined {
    let changed: string | undefined;
    for (const { key, bytes, copy } of this.#arrays.values()) {
      if (changed === undefined && bytes.compare(copy) !== 0) changed = key;
    }
    for (const page of this.#pages) {
      if (page.length === PAGE_BYTES && spare.length < PAGES_KEPT_MAX) spare.push(page);
    }
    this.#pages.length = 0;
    this.#arrays.clear();
    return changed;
  }
}
