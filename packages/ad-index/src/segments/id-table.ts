/**
 * Ad id → row: open addressing over one array of (id, row) pairs, so that a look-up touches one cache line. A `Map` keyed by
 * numbers beyond 2^31 boxes every key and costs three times the memory and time per look-up.
 */

/** Share of filled places above which probing gets long. */
const LOAD_MAX = 0.5;
const EMPTY = 0;

export class IdTable {
  /** Id at 2n, its row at 2n + 1. */
  private pairs: Float64Array;
  private mask: number;
  private count = 0;

  /** `ids[row]`: distinct, 1 or more; below 0 for a row that holds nothing. */
  constructor(ids: Float64Array = new Float64Array(0)) {
    const capacity = 2 ** Math.max(2, Math.ceil(Math.log2((ids.length + 1) / LOAD_MAX)));
    this.pairs = new Float64Array(2 * capacity);
    this.mask = capacity - 1;
    for (let row = 0; row < ids.length; row++) if ((ids[row] as number) >= 0) this.set(ids[row] as number, row);
  }

  /** Row of an id, or -1. */
  rowOf(id: number): number {
    const place = this.placeOf(id);
    // Asked first: the id 0, which no ad has, equals an empty place.
    return this.pairs[2 * place] === EMPTY ? -1 : (this.pairs[2 * place + 1] as number);
  }

  /** `id`: 1 or more. Returns the row that the id had before, or -1. */
  set(id: number, row: number): number {
    const place = this.placeOf(id);
    const { pairs } = this;
    const known = pairs[2 * place] === EMPTY ? -1 : (pairs[2 * place + 1] as number);
    pairs[2 * place] = id;
    pairs[2 * place + 1] = row;
    if (known === -1 && ++this.count > LOAD_MAX * (this.mask + 1)) this.grow();
    return known;
  }

  /** The place of an id, or the empty one where it would be. */
  private placeOf(id: number): number {
    const { pairs, mask } = this;
    let place = hashOf(id) & mask;
    while (pairs[2 * place] !== EMPTY && pairs[2 * place] !== id) place = (place + 1) & mask;
    return place;
  }

  private grow(): void {
    const { pairs } = this;
    this.pairs = new Float64Array(2 * pairs.length);
    this.mask = 2 * this.mask + 1;
    this.count = 0;
    for (let place = 0; place < pairs.length; place += 2)
      if (pairs[place] !== EMPTY) this.set(pairs[place] as number, pairs[place + 1] as number);
  }
}

/** Spreads both halves of a 53-bit id; multiplication by an odd constant moves low bits up, the shift brings them back. */
function hashOf(id: number): number {
  const low = id | 0;
  const high = (id / 0x1_0000_0000) | 0;
  const mixed = Math.imul(low ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}
