/**
 * Ad id → row: open addressing over one array of (id, row) pairs, so that a look-up touches one cache line. A `Map` keyed by
 * numbers beyond 2^31 boxes every key and costs three times the memory and time per look-up.
 */

/** Share of filled places above which probing gets long. */
const LOAD_MAX = 0.5;
const EMPTY = 0;

export class IdTable {
  /** Id at 2n, its row at 2n + 1. */
  private readonly pairs: Float64Array;
  private readonly mask: number;

  /** `ids[row]`: distinct, 1 or more; below 0 for a row that holds nothing. */
  constructor(ids: Float64Array) {
    const capacity = 2 ** Math.max(2, Math.ceil(Math.log2((ids.length + 1) / LOAD_MAX)));
    this.pairs = new Float64Array(2 * capacity);
    this.mask = capacity - 1;
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row] as number;
      if (id < 0) continue;
      let place = placeOf(id) & this.mask;
      while (this.pairs[2 * place] !== EMPTY) place = (place + 1) & this.mask;
      this.pairs[2 * place] = id;
      this.pairs[2 * place + 1] = row;
    }
  }

  /** Row of an id, or -1. */
  rowOf(id: number): number {
    const { pairs, mask } = this;
    let place = placeOf(id) & mask;
    for (;;) {
      const key = pairs[2 * place] as number;
      // Asked first: the id 0, which no ad has, equals an empty place.
      if (key === EMPTY) return -1;
      if (key === id) return pairs[2 * place + 1] as number;
      place = (place + 1) & mask;
    }
  }
}

/** Spreads both halves of a 53-bit id; multiplication by an odd constant moves low bits up, the shift brings them back. */
function placeOf(id: number): number {
  const low = id | 0;
  const high = (id / 0x1_0000_0000) | 0;
  const mixed = Math.imul(low ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}
