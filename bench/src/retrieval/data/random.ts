/**
 * Random numbers that are the same on every machine: 32-bit integer arithmetic only (sfc32, Chris Doty-Humphrey's PractRand),
 * and the polar method of Marsaglia for the normal distribution.
 */

/** Outputs thrown away after seeding, so that near seeds give streams that differ. */
const WARM_UP = 16;

export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;
  private spare: number | undefined;

  /** Streams of one seed are independent of each other: one per purpose, so that more of one thing does not change another. */
  constructor(seed: number, stream: string) {
    this.a = seed | 0;
    this.b = hashOf(stream);
    this.c = 0x9e3779b9 | 0;
    for (let at = 0; at < WARM_UP; at++) this.bits();
  }

  /** 32 random bits, signed. */
  bits(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum;
  }

  /** In [0, 1). */
  next(): number {
    return (this.bits() >>> 0) / 2 ** 32;
  }

  /** An integer in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** Normal with mean 0 and deviation 1. */
  normal(): number {
    const { spare } = this;
    if (spare !== undefined) {
      this.spare = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.next() - 1;
      const y = 2 * this.next() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.spare = y * scale;
      return x * scale;
    }
  }
}

/** FNV-1a over the characters. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
