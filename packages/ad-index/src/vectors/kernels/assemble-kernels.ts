/** Turns kernels.wat into bytes, once per variant: text macros for what WebAssembly text cannot share between functions. */

/** `relaxed` needs the relaxed SIMD instructions; `plain` runs wherever SIMD does. Both give the same integers (K1). */
export type KernelVariant = "relaxed" | "plain";

/** Parses and assembles WebAssembly text: wabt, handed in because only development has it. */
export type AssembleText = (text: string) => Uint8Array;

const ROWS = [0, 1, 2, 3] as const;
/** Bytes of a row per step of the unrolled loop: a whole row of 64 dimensions. */
const STEP_BYTES = 64;
const LANE_BYTES = 16;

/** Locals of the code that {@link fourRows} makes. */
const ROW_LOCALS = `${ROWS.map((row) => `(local $row${row} i32) (local $acc${row} v128)`).join(" ")}
    (local $chunk v128) (local $step i32) (local $sum v128)`;

/** lane 0 + 1 + (lane 2 + 3), rounded to float32: the end of rule V1. */
const STORE_SCORE = `(f32.store (local.get $out) (f32.demote_f64 (f64.add
        (f64.add (f64x2.extract_lane 0 (local.get $lanes01)) (f64x2.extract_lane 1 (local.get $lanes01)))
        (f64.add (f64x2.extract_lane 0 (local.get $lanes23)) (f64x2.extract_lane 1 (local.get $lanes23))))))`;

/** Most searches have one bitmap or two: these are held, one of them twice if there is no other. */
const MASK_LOCALS = "(local $first i32) (local $second i32) (local $words v128)";
const TWO_MASKS = `(local.set $first (i32.load (local.get $masks)))
    (local.set $second (i32.load (i32.add (local.get $masks)
      (i32.shl (i32.gt_u (local.get $maskCount) (i32.const 1)) (i32.const 2)))))`;
/** Leaves four words at byte `$at` of all bitmaps, ANDed, in `$words`. */
const AND_WORDS = `(local.set $words (v128.and
        (v128.load (i32.add (local.get $first) (local.get $at))) (v128.load (i32.add (local.get $second) (local.get $at)))))
      (if (i32.gt_u (local.get $maskCount) (i32.const 2)) (then
        (local.set $words (v128.and (local.get $words) (call $andWords
          (i32.add (local.get $masks) (i32.const 8)) (i32.sub (local.get $maskCount) (i32.const 2)) (local.get $at))))))`;

export function kernelText(source: string, variant: KernelVariant): string {
  const texts = {
    "row locals": ROW_LOCALS,
    "four rows": fourRows(variant),
    "store score": STORE_SCORE,
    "mask locals": MASK_LOCALS,
    "two masks": TWO_MASKS,
    "and words": AND_WORDS,
  };
  return Object.entries(texts).reduce((text, [name, code]) => text.replaceAll(`{{${name}}}`, code), source);
}

/** The generated file, ready to be written or compared. */
export function kernelModuleText(source: string, assemble: AssembleText): string {
  const line = (variant: KernelVariant) =>
    `export const ${variant}KernelBytes = "${Buffer.from(assemble(kernelText(source, variant))).toString("base64")}";\n`;
  return `// Made from kernels.wat by \`npm run kernels\`. Base64 of WebAssembly.\n${line("relaxed")}${line("plain")}`;
}

/**
 * Leaves the scores of four rows in the lanes of `$sum`. Moves `$query` and `$row0 … $row3` to their ends and `$step` bytes on.
 * A loop over 64 bytes, then one over the rest by 16.
 */
function fourRows(variant: KernelVariant): string {
  const zero = ROWS.map((row) => `(local.set $acc${row} (v128.const i64x2 0 0))`).join("\n");
  return `${zero}
      (local.set $step (i32.const 0))
      (block $short (loop $wide
        (br_if $short (i32.gt_u (i32.add (local.get $step) (i32.const ${STEP_BYTES})) (local.get $stride)))
        ${[0, 16, 32, 48].map((offset) => multiply(offset, variant)).join("\n")}
        ${advance(STEP_BYTES)}
        (br $wide)))
      (block $end (loop $narrow
        (br_if $end (i32.ge_u (local.get $step) (local.get $stride)))
        ${multiply(0, variant)}
        ${advance(LANE_BYTES)}
        (br $narrow)))
      ${transpose}`;
}

function advance(bytes: number): string {
  return ["query", "step", ...ROWS.map((row) => `row${row}`)]
    .map((name) => `(local.set $${name} (i32.add (local.get $${name}) (i32.const ${bytes})))`)
    .join("\n");
}

function multiply(offset: number, variant: KernelVariant): string {
  const query = `(local.set $chunk (v128.load offset=${offset} (local.get $query)))`;
  const rows = ROWS.map((row) => {
    const bytes = `(v128.load offset=${offset} (local.get $row${row}))`;
    const sum = `(local.get $acc${row})`;
    if (variant === "relaxed")
      return `(local.set $acc${row} (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $chunk) ${bytes} ${sum}))`;
    const half = (part: "low" | "high") =>
      `(i32x4.dot_i16x8_s (i16x8.extend_${part}_i8x16_s ${bytes}) (i16x8.extend_${part}_i8x16_s (local.get $chunk)))`;
    return `(local.set $acc${row} (i32x4.add ${sum} (i32x4.add ${half("low")} ${half("high")})))`;
  });
  return [query, ...rows].join("\n");
}

/** Sums the four lanes of each accumulator: two transposing additions instead of four horizontal sums. */
const transpose = `(local.set $acc0 (i32x4.add ${interleave("low", 0, 1)} ${interleave("high", 0, 1)}))
      (local.set $acc2 (i32x4.add ${interleave("low", 2, 3)} ${interleave("high", 2, 3)}))
      (local.set $sum (i32x4.add
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $acc0) (local.get $acc2))
        (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $acc0) (local.get $acc2))))`;

function interleave(half: "low" | "high", left: number, right: number): string {
  const lanes =
    half === "low" ? "0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23" : "8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31";
  return `(i8x16.shuffle ${lanes} (local.get $acc${left}) (local.get $acc${right}))`;
}
