/** Bitmaps in the memory of a segment, so that kernels read them in place. A bounded number of them can be out. */

import { wordsFor } from "../../bits/bitset.ts";
import { badBitmap } from "../errors.ts";
import type { WasmMemory } from "../kernels/wasm.ts";

export class BitmapPool {
  /** Words of a bitmap: bit r of word r >>> 5 is row r. */
  readonly words: number;
  private readonly memory: WasmMemory;
  private readonly free: number[];
  private readonly out = new Set<number>();
  private readonly bitmapsMax: number;

  constructor(memory: WasmMemory, at: number, bitmapBytes: number, bitmapsMax: number, size: number) {
    this.memory = memory;
    this.words = wordsFor(size);
    this.bitmapsMax = bitmapsMax;
    this.free = Array.from({ length: bitmapsMax }, (_, bitmap) => at + bitmap * bitmapBytes).reverse();
  }

  /** A cleared bitmap. Throws TENON1414 when all are out. */
  take(): Int32Array {
    const at = this.free.pop();
    if (at === undefined) {
      throw badBitmap("cannot be taken", `fewer than ${this.bitmapsMax} out`, `${this.out.size} out`);
    }
    this.out.add(at);
    return new Int32Array(this.memory.buffer, at, this.words).fill(0);
  }

  /** Gives a bitmap back; its words must not be used afterwards. Throws TENON1414 for one that is not out. */
  release(bitmap: Int32Array): void {
    const at = this.addressOf(bitmap);
    this.out.delete(at);
    this.free.push(at);
  }

  /** Where the kernels find a bitmap. Throws TENON1414 for words that are not a bitmap of this segment, or no longer. */
  addressOf(bitmap: Int32Array): number {
    if (bitmap.buffer !== this.memory.buffer)
      throw badBitmap("lies outside the segment", "words of this segment's pool", "words of another buffer");
    if (!this.out.has(bitmap.byteOffset) || bitmap.length !== this.words) {
      throw badBitmap("is not out", "a bitmap that was taken and not released", `address ${bitmap.byteOffset}`);
    }
    return bitmap.byteOffset;
  }
}
