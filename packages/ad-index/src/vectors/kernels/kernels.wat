;; Scans of int8 rows, expansion of bitmaps, assignment to lists and exact scores, over one shared memory.
;;
;; Written by hand; `npm run kernels` assembles it twice, with {{dot}} as a relaxed dot product or as plain SIMD, into
;; kernel-bytes.generated.ts. The twin in plain TypeScript is kernel-twin.ts; the places in the state are scan-state.ts.
;;
;; K1 A row is `stride` bytes, a multiple of 16, each 0..127 (component + 64). A query is as many bytes, each -127..127.
;;    Two products of a query byte and a row byte sum to at most 2 * 127 * 127 = 32,258, so the 16 bit sums of the relaxed dot
;;    never saturate and both variants give the same integers.
;; K2 score = sum of products + bias, where bias = -64 * sum of the query's bytes undoes the offset of the rows.
;; K3 Scores are counted in a histogram of 1,024 buckets. `cut` is the highest bucket with at least `k` scores in it and above:
;;    a row below the lower edge of `cut`, less `margin`, cannot be among the best `k`, and never leaves the kernel.
;; K4 Rows of a filter are strangers to each other: each is a miss of the cache, and what depends on its score waits for it. So a scan
;;    touches rows a few steps before it scores them, and many misses are under way at once. A touch reads a byte and drops it.
(module
  (import "env" "memory" (memory 1 65536 shared))

  ;; Offers the scores of four rows, of which `lanes` count. The rows are the four integers at `rows`.
  (func $offer (param $s i32) (param $rows i32) (param $sum v128) (param $lanes i32)
    (local $lane i32) (local $score i32) (local $bucket i32) (local $cut i32) (local $above i32) (local $histogram i32)
    (local $out i32) (local $in i32)
    (v128.store offset=96 (local.get $s) (local.get $sum))
    (local.set $histogram (i32.load offset=32 (local.get $s)))
    (local.set $cut (i32.load offset=36 (local.get $s)))
    (local.set $above (i32.load offset=40 (local.get $s)))
    (local.set $out (i32.add (i32.load offset=48 (local.get $s)) (i32.shl (i32.load offset=52 (local.get $s)) (i32.const 3))))
    (loop $next
      (local.set $lane (i32.shl (i32.ctz (local.get $lanes)) (i32.const 2)))
      (local.set $lanes (i32.and (local.get $lanes) (i32.sub (local.get $lanes) (i32.const 1))))
      (local.set $score (i32.load offset=96 (i32.add (local.get $s) (local.get $lane))))
      (i32.store (local.get $out) (i32.load (i32.add (local.get $rows) (local.get $lane))))
      (i32.store offset=4 (local.get $out) (local.get $score))
      (local.set $out (i32.add (local.get $out) (i32.const 8)))
      (if (i32.ge_s (local.get $score) (i32.load offset=84 (local.get $s))) (then
        (local.set $bucket (i32.shr_u (i32.sub (local.get $score) (i32.load offset=24 (local.get $s))) (i32.load offset=28 (local.get $s))))
        (if (i32.gt_u (local.get $bucket) (i32.const 1023)) (then (local.set $bucket (i32.const 1023))))
        (local.set $in (i32.add (local.get $histogram) (i32.shl (local.get $bucket) (i32.const 2))))
        (i32.store (local.get $in) (i32.add (i32.load (local.get $in)) (i32.const 1)))
        (local.set $above (i32.add (local.get $above) (i32.const 1)))
        (local.set $in (i32.add (local.get $histogram) (i32.shl (local.get $cut) (i32.const 2))))
        (block $raised (loop $raise
          (br_if $raised (i32.lt_s (i32.sub (local.get $above) (i32.load (local.get $in))) (i32.load offset=16 (local.get $s))))
          (local.set $above (i32.sub (local.get $above) (i32.load (local.get $in))))
          (local.set $cut (i32.add (local.get $cut) (i32.const 1)))
          (local.set $in (i32.add (local.get $in) (i32.const 4)))
          (i32.store offset=84 (local.get $s) (i32.add (i32.load offset=24 (local.get $s)) (i32.shl (local.get $cut) (i32.load offset=28 (local.get $s)))))
          (i32.store offset=44 (local.get $s) (i32.sub (i32.load offset=84 (local.get $s)) (i32.load offset=20 (local.get $s))))
          (br $raise)))))
      (br_if $next (local.get $lanes)))
    (i32.store offset=36 (local.get $s) (local.get $cut))
    (i32.store offset=40 (local.get $s) (local.get $above))
    (i32.store offset=52 (local.get $s) (i32.shr_u (i32.sub (local.get $out) (i32.load offset=48 (local.get $s))) (i32.const 3))))

  ;; Drops survivors that fell below the threshold since they were found.
  (func $keep (export "keep") (param $s i32)
    (local $in i32) (local $out i32) (local $end i32) (local $threshold i32)
    (local.set $threshold (i32.load offset=44 (local.get $s)))
    (local.set $in (i32.load offset=48 (local.get $s)))
    (local.set $out (local.get $in))
    (local.set $end (i32.add (local.get $in) (i32.shl (i32.load offset=52 (local.get $s)) (i32.const 3))))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $in) (local.get $end)))
      (i64.store (local.get $out) (i64.load (local.get $in)))
      (local.set $out (i32.add (local.get $out)
        (i32.shl (i32.ge_s (i32.load offset=4 (local.get $in)) (local.get $threshold)) (i32.const 3))))
      (local.set $in (i32.add (local.get $in) (i32.const 8)))
      (br $next)))
    (i32.store offset=52 (local.get $s) (i32.shr_u (i32.sub (local.get $out) (i32.load offset=48 (local.get $s))) (i32.const 3))))

  ;; Scores the `count` rows listed at `rows`, four at a time. Reads up to three entries behind the last one.
  (func $scanRows (param $s i32) (param $rows i32) (param $count i32)
    (local $end i32) (local $base i32) (local $stride i32) (local $query i32) (local $bias v128) (local $lanes i32) (local $next i32) (local $block i32)
    {{row locals}}
    (local.set $base (i32.load (local.get $s)))
    (local.set $stride (i32.load offset=4 (local.get $s)))
    (local.set $bias (i32x4.splat (i32.load offset=12 (local.get $s))))
    (i32.store offset=60 (local.get $s) (i32.add (i32.load offset=60 (local.get $s)) (local.get $count)))
    (local.set $end (i32.add (local.get $rows) (i32.shl (local.get $count) (i32.const 2))))
    ;; Lanes behind the last row score it once more, and are not offered.
    (if (local.get $count) (then
      (local.set $lanes (i32.load (i32.sub (local.get $end) (i32.const 4))))
      (i32.store (local.get $end) (local.get $lanes))
      (i32.store offset=4 (local.get $end) (local.get $lanes))
      (i32.store offset=8 (local.get $end) (local.get $lanes))))
    (block $done (loop $step
      (br_if $done (i32.ge_u (local.get $rows) (local.get $end)))
      ;; Touches the next 64 rows (K4).
      (if (i32.ge_u (local.get $rows) (local.get $next)) (then
        (local.set $block (i32.add (local.get $rows) (i32.const 256)))
        (if (i32.gt_u (local.get $block) (local.get $end)) (then (local.set $block (local.get $end))))
        (local.set $next (local.get $rows))
        (loop $touch
          (drop (i32.load8_u (i32.add (local.get $base) (i32.mul (i32.load (local.get $next)) (local.get $stride)))))
          (br_if $touch (i32.lt_u (local.tee $next (i32.add (local.get $next) (i32.const 4))) (local.get $block))))))
      (local.set $row0 (i32.add (local.get $base) (i32.mul (i32.load (local.get $rows)) (local.get $stride))))
      (local.set $row1 (i32.add (local.get $base) (i32.mul (i32.load offset=4 (local.get $rows)) (local.get $stride))))
      (local.set $row2 (i32.add (local.get $base) (i32.mul (i32.load offset=8 (local.get $rows)) (local.get $stride))))
      (local.set $row3 (i32.add (local.get $base) (i32.mul (i32.load offset=12 (local.get $rows)) (local.get $stride))))
      (local.set $query (i32.load offset=8 (local.get $s)))
      {{four rows}}
      (local.set $sum (i32x4.add (local.get $sum) (local.get $bias)))
      (local.set $lanes (i32x4.bitmask (i32x4.ge_s (local.get $sum) (i32x4.splat (i32.load offset=44 (local.get $s))))))
      (if (local.get $lanes) (then
        (if (i32.lt_u (i32.sub (local.get $end) (local.get $rows)) (i32.const 16)) (then
          (local.set $lanes (i32.and (local.get $lanes) (i32.sub
            (i32.shl (i32.const 1) (i32.shr_u (i32.sub (local.get $end) (local.get $rows)) (i32.const 2))) (i32.const 1))))))
        (if (local.get $lanes) (then
          (call $offer (local.get $s) (local.get $rows) (local.get $sum) (local.get $lanes))))))
      (local.set $rows (i32.add (local.get $rows) (i32.const 16)))
      (br $step))))

  ;; Scores the 32 rows from `row` on whose bit is set in `bits`: four neighbours at a time, a step without a bit is left out.
  (func $scanWord (param $s i32) (param $row i32) (param $bits i32)
    (local $stride i32) (local $query i32) (local $bias v128) (local $lanes i32)
    {{row locals}}
    (local.set $stride (i32.load offset=4 (local.get $s)))
    (local.set $bias (i32x4.splat (i32.load offset=12 (local.get $s))))
    (i32.store offset=60 (local.get $s) (i32.add (i32.load offset=60 (local.get $s)) (i32.popcnt (local.get $bits))))
    (local.set $row0 (i32.add (i32.load (local.get $s)) (i32.mul (local.get $row) (local.get $stride))))
    (loop $step
      (if (i32.and (local.get $bits) (i32.const 15)) (then
        (local.set $row1 (i32.add (local.get $row0) (local.get $stride)))
        (local.set $row2 (i32.add (local.get $row1) (local.get $stride)))
        (local.set $row3 (i32.add (local.get $row2) (local.get $stride)))
        (local.set $query (i32.load offset=8 (local.get $s)))
        {{four rows}}
        (local.set $row0 (i32.sub (local.get $row0) (local.get $step)))
        (local.set $sum (i32x4.add (local.get $sum) (local.get $bias)))
        (local.set $lanes (i32.and (local.get $bits)
          (i32x4.bitmask (i32x4.ge_s (local.get $sum) (i32x4.splat (i32.load offset=44 (local.get $s)))))))
        (if (local.get $lanes) (then
          (v128.store offset=112 (local.get $s) (i32x4.add (i32x4.splat (local.get $row)) (v128.const i32x4 0 1 2 3)))
          (call $offer (local.get $s) (i32.add (local.get $s) (i32.const 112)) (local.get $sum) (local.get $lanes))))))
      (local.set $row0 (i32.add (local.get $row0) (i32.shl (local.get $stride) (i32.const 2))))
      (local.set $row (i32.add (local.get $row) (i32.const 4)))
      (local.set $bits (i32.shr_u (local.get $bits) (i32.const 4)))
      (br_if $step (local.get $bits))))

  ;; The word at byte `at` of all bitmaps, ANDed. `masks`: their addresses.
  (func $andWord (param $masks i32) (param $maskCount i32) (param $at i32) (result i32)
    (local $word i32) (local $end i32)
    (local.set $word (i32.load (i32.add (i32.load (local.get $masks)) (local.get $at))))
    (local.set $end (i32.add (local.get $masks) (i32.shl (local.get $maskCount) (i32.const 2))))
    (block $done (loop $next
      (local.set $masks (i32.add (local.get $masks) (i32.const 4)))
      (br_if $done (i32.ge_u (local.get $masks) (local.get $end)))
      (local.set $word (i32.and (local.get $word) (i32.load (i32.add (i32.load (local.get $masks)) (local.get $at)))))
      (br $next)))
    (local.get $word))

  ;; Four words at byte `at` of all bitmaps, ANDed.
  (func $andWords (param $masks i32) (param $maskCount i32) (param $at i32) (result v128)
    (local $words v128) (local $end i32)
    (local.set $words (v128.load (i32.add (i32.load (local.get $masks)) (local.get $at))))
    (local.set $end (i32.add (local.get $masks) (i32.shl (local.get $maskCount) (i32.const 2))))
    (block $done (loop $next
      (local.set $masks (i32.add (local.get $masks) (i32.const 4)))
      (br_if $done (i32.ge_u (local.get $masks) (local.get $end)))
      (local.set $words (v128.and (local.get $words) (v128.load (i32.add (i32.load (local.get $masks)) (local.get $at)))))
      (br $next)))
    (local.get $words))

  ;; Writes the rows of the bits of two words, and returns where the next row goes.
  (func $expand (param $out i32) (param $row i32) (param $bits i64) (result i32)
    (block $done (loop $next
      (br_if $done (i64.eqz (local.get $bits)))
      (i32.store (local.get $out) (i32.add (local.get $row) (i32.wrap_i64 (i64.ctz (local.get $bits)))))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (local.set $bits (i64.and (local.get $bits) (i64.sub (local.get $bits) (i64.const 1))))
      (br $next)))
    (local.get $out))

  ;; How many rows of the words `from` to `to` are in all bitmaps.
  (func (export "count") (param $masks i32) (param $maskCount i32) (param $from i32) (param $to i32) (result i32)
    (local $at i32) (local $end i32) (local $count i64)
    {{mask locals}}
    {{two masks}}
    (local.set $at (i32.shl (local.get $from) (i32.const 2)))
    (local.set $end (i32.shl (local.get $to) (i32.const 2)))
    (block $done (loop $next
      (br_if $done (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end)))
      {{and words}}
      (local.set $count (i64.add (local.get $count) (i64.add
        (i64.popcnt (i64x2.extract_lane 0 (local.get $words))) (i64.popcnt (i64x2.extract_lane 1 (local.get $words))))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $next)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
      (local.set $count (i64.add (local.get $count)
        (i64.extend_i32_u (i32.popcnt (call $andWord (local.get $masks) (local.get $maskCount) (local.get $at))))))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br $next)))
    (i32.wrap_i64 (local.get $count)))

  ;; Scans the rows that are in all bitmaps, over ranges of words (pairs from, to). Goes on where the cursor stands.
  ;; Returns 0 when all ranges are done, 1 when the survivors must be taken first, 2 when `rowsMax` rows were read.
  (func (export "scanListed") (param $s i32) (param $ranges i32) (param $rangeCount i32) (param $masks i32) (param $maskCount i32) (param $rowsMax i32) (result i32)
    (local $range i32) (local $at i32) (local $end i32) (local $out i32) (local $start i32) (local $full i32)
    {{mask locals}}
    {{two masks}}
    (local.set $range (i32.load offset=68 (local.get $s)))
    (local.set $at (i32.shl (i32.load offset=72 (local.get $s)) (i32.const 2)))
    (local.set $start (i32.load offset=64 (local.get $s)))
    (local.set $full (i32.add (local.get $start) (i32.const 7680))) ;; 2,048 rows less the 128 of one step
    (local.set $rowsMax (i32.add (local.get $rowsMax) (i32.load offset=60 (local.get $s))))
    (loop $chunk
      (if (i32.gt_s (i32.load offset=52 (local.get $s)) (i32.sub (i32.load offset=56 (local.get $s)) (i32.const 2048))) (then
        (call $keep (local.get $s))
        (if (i32.gt_s (i32.load offset=52 (local.get $s)) (i32.sub (i32.load offset=56 (local.get $s)) (i32.const 4096)))
          (then (return (i32.const 1))))))
      (if (i32.ge_s (i32.load offset=60 (local.get $s)) (local.get $rowsMax)) (then (return (i32.const 2))))
      (local.set $out (local.get $start))
      (block $filled
        (loop $nextRange
          (br_if $filled (i32.ge_u (local.get $range) (local.get $rangeCount)))
          (local.set $end (i32.shl (i32.load offset=4 (i32.add (local.get $ranges) (i32.shl (local.get $range) (i32.const 3)))) (i32.const 2)))
          (block $rangeDone
            (loop $nextWords
              (br_if $filled (i32.gt_u (local.get $out) (local.get $full)))
              (br_if $rangeDone (i32.ge_u (local.get $at) (local.get $end)))
              (if (i32.le_u (i32.add (local.get $at) (i32.const 16)) (local.get $end))
                (then
                  {{and words}}
                  (if (v128.any_true (local.get $words)) (then
                    (local.set $out (call $expand (local.get $out) (i32.shl (local.get $at) (i32.const 3)) (i64x2.extract_lane 0 (local.get $words))))
                    (local.set $out (call $expand (local.get $out) (i32.add (i32.shl (local.get $at) (i32.const 3)) (i32.const 64)) (i64x2.extract_lane 1 (local.get $words))))))
                  (local.set $at (i32.add (local.get $at) (i32.const 16))))
                (else
                  (local.set $out (call $expand (local.get $out) (i32.shl (local.get $at) (i32.const 3))
                    (i64.extend_i32_u (call $andWord (local.get $masks) (local.get $maskCount) (local.get $at)))))
                  (local.set $at (i32.add (local.get $at) (i32.const 4)))))
              (br $nextWords)))
          (local.set $range (i32.add (local.get $range) (i32.const 1)))
          (if (i32.lt_u (local.get $range) (local.get $rangeCount)) (then
            (local.set $at (i32.shl (i32.load (i32.add (local.get $ranges) (i32.shl (local.get $range) (i32.const 3)))) (i32.const 2)))))
          (br $nextRange)))
      (call $scanRows (local.get $s) (local.get $start) (i32.shr_u (i32.sub (local.get $out) (local.get $start)) (i32.const 2)))
      (i32.store offset=68 (local.get $s) (local.get $range))
      (i32.store offset=72 (local.get $s) (i32.shr_u (local.get $at) (i32.const 2)))
      (br_if $chunk (i32.lt_u (local.get $range) (local.get $rangeCount))))
    (i32.const 0))

  ;; The same rows and the same answers as scanListed, by reading whole words of neighbours: cheaper where most bits are set.
  (func (export "scanDense") (param $s i32) (param $ranges i32) (param $rangeCount i32) (param $masks i32) (param $maskCount i32) (param $rowsMax i32) (result i32)
    (local $range i32) (local $at i32) (local $end i32) (local $bits i32)
    (local.set $range (i32.load offset=68 (local.get $s)))
    (local.set $at (i32.shl (i32.load offset=72 (local.get $s)) (i32.const 2)))
    (local.set $rowsMax (i32.add (local.get $rowsMax) (i32.load offset=60 (local.get $s))))
    (block $done (loop $nextRange
      (br_if $done (i32.ge_u (local.get $range) (local.get $rangeCount)))
      (local.set $end (i32.shl (i32.load offset=4 (i32.add (local.get $ranges) (i32.shl (local.get $range) (i32.const 3)))) (i32.const 2)))
      (block $rangeDone
        (loop $nextWord
          (br_if $rangeDone (i32.ge_u (local.get $at) (local.get $end)))
          (if (i32.gt_s (i32.load offset=52 (local.get $s)) (i32.sub (i32.load offset=56 (local.get $s)) (i32.const 2048))) (then
            (call $keep (local.get $s))
            (if (i32.gt_s (i32.load offset=52 (local.get $s)) (i32.sub (i32.load offset=56 (local.get $s)) (i32.const 4096))) (then
              (i32.store offset=68 (local.get $s) (local.get $range))
              (i32.store offset=72 (local.get $s) (i32.shr_u (local.get $at) (i32.const 2)))
              (return (i32.const 1))))))
          (if (i32.ge_s (i32.load offset=60 (local.get $s)) (local.get $rowsMax)) (then
            (i32.store offset=68 (local.get $s) (local.get $range))
            (i32.store offset=72 (local.get $s) (i32.shr_u (local.get $at) (i32.const 2)))
            (return (i32.const 2))))
          (local.set $bits (call $andWord (local.get $masks) (local.get $maskCount) (local.get $at)))
          (if (local.get $bits) (then
            (call $scanWord (local.get $s) (i32.shl (local.get $at) (i32.const 3)) (local.get $bits))))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br $nextWord)))
      (local.set $range (i32.add (local.get $range) (i32.const 1)))
      (if (i32.lt_u (local.get $range) (local.get $rangeCount)) (then
        (local.set $at (i32.shl (i32.load (i32.add (local.get $ranges) (i32.shl (local.get $range) (i32.const 3)))) (i32.const 2)))))
      (br $nextRange)))
    (i32.store offset=68 (local.get $s) (local.get $range))
    (i32.store offset=72 (local.get $s) (i32.shr_u (local.get $at) (i32.const 2)))
    (i32.const 0))

  ;; Scores of `count` neighbouring rows from `base` on, a multiple of four, to `out`.
  (func (export "scoreAll") (param $base i32) (param $stride i32) (param $queryStart i32) (param $bias i32) (param $count i32) (param $out i32)
    (local $query i32) (local $end i32)
    {{row locals}}
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $row0 (local.get $base))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
      (local.set $row1 (i32.add (local.get $row0) (local.get $stride)))
      (local.set $row2 (i32.add (local.get $row1) (local.get $stride)))
      (local.set $row3 (i32.add (local.get $row2) (local.get $stride)))
      (local.set $query (local.get $queryStart))
      {{four rows}}
      (v128.store (local.get $out) (i32x4.add (local.get $sum) (i32x4.splat (local.get $bias))))
      (local.set $row0 (local.get $row3))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br $next))))

  ;; For each of `count` neighbouring rows, a multiple of four, the list with the greatest score; the first of equals.
  ;; `centers`: a query per list, with its bias.
  (func (export "assign") (param $base i32) (param $stride i32) (param $count i32) (param $centers i32) (param $biases i32) (param $listCount i32) (param $out i32)
    (local $query i32) (local $end i32) (local $list i32) (local $first i32) (local $best v128) (local $bestList v128) (local $better v128)
    {{row locals}}
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $first (local.get $base))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
      (local.set $best (i32x4.splat (i32.const -2147483648)))
      (local.set $bestList (i32x4.splat (i32.const 0)))
      (local.set $list (i32.const 0))
      (local.set $query (local.get $centers))
      (loop $nextList
        (local.set $row0 (local.get $first))
        (local.set $row1 (i32.add (local.get $row0) (local.get $stride)))
        (local.set $row2 (i32.add (local.get $row1) (local.get $stride)))
        (local.set $row3 (i32.add (local.get $row2) (local.get $stride)))
        {{four rows}}
        (local.set $sum (i32x4.add (local.get $sum)
          (i32x4.splat (i32.load (i32.add (local.get $biases) (i32.shl (local.get $list) (i32.const 2)))))))
        (local.set $better (i32x4.gt_s (local.get $sum) (local.get $best)))
        (local.set $best (i32x4.max_s (local.get $best) (local.get $sum)))
        (local.set $bestList (v128.bitselect (i32x4.splat (local.get $list)) (local.get $bestList) (local.get $better)))
        (br_if $nextList (i32.lt_u (local.tee $list (i32.add (local.get $list) (i32.const 1))) (local.get $listCount))))
      (v128.store (local.get $out) (local.get $bestList))
      (local.set $first (i32.add (local.get $first) (i32.shl (local.get $stride) (i32.const 2))))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br $next))))

  ;; Touches every line of the exact rows in the first pairs, 16 at most: most searches rescore no more (K4).
  (func $touchExact (param $pairs i32) (param $count i32) (param $base i32) (param $strideBytes i32)
    (local $pairsEnd i32) (local $at i32) (local $end i32)
    (local.set $pairsEnd (i32.add (local.get $pairs) (i32.shl
      (select (local.get $count) (i32.const 16) (i32.lt_u (local.get $count) (i32.const 16))) (i32.const 3))))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $pairs) (local.get $pairsEnd)))
      (local.set $at (i32.add (local.get $base) (i32.mul (i32.load (local.get $pairs)) (local.get $strideBytes))))
      (local.set $end (i32.add (local.get $at) (local.get $strideBytes)))
      (loop $line
        (drop (i32.load8_u (local.get $at)))
        (br_if $line (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 64))) (local.get $end))))
      (local.set $pairs (i32.add (local.get $pairs) (i32.const 8)))
      (br $next))))

  ;; Inner products by rule V1 of vector-table.ts of the rows in `count` pairs (row, score) from `pairs` on.
  (func (export "rerank") (param $pairs i32) (param $count i32) (param $base i32) (param $strideBytes i32) (param $query i32) (param $out i32)
    (local $lanes01 v128) (local $lanes23 v128) (local $place i32) (local $axis i32) (local $end i32) (local $outEnd i32)
    (call $touchExact (local.get $pairs) (local.get $count) (local.get $base) (local.get $strideBytes))
    (local.set $end (i32.add (local.get $query) (i32.shl (local.get $strideBytes) (i32.const 1))))
    (local.set $outEnd (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $out) (local.get $outEnd)))
      (local.set $place (i32.add (local.get $base) (i32.mul (i32.load (local.get $pairs)) (local.get $strideBytes))))
      (local.set $axis (local.get $query))
      (local.set $lanes01 (v128.const i64x2 0 0))
      (local.set $lanes23 (v128.const i64x2 0 0))
      (loop $nextAxes
        (local.set $lanes01 (f64x2.add (local.get $lanes01)
          (f64x2.mul (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $place))) (v128.load (local.get $axis)))))
        (local.set $lanes23 (f64x2.add (local.get $lanes23)
          (f64x2.mul (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $place))) (v128.load offset=16 (local.get $axis)))))
        (local.set $place (i32.add (local.get $place) (i32.const 16)))
        (br_if $nextAxes (i32.lt_u (local.tee $axis (i32.add (local.get $axis) (i32.const 32))) (local.get $end))))
      {{store score}}
      (local.set $pairs (i32.add (local.get $pairs) (i32.const 8)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (br $next))))

  ;; Negated squared distances, with the additions of rule V1, of the rows in `count` pairs (row, score) from `pairs` on.
  (func (export "rerankDistance") (param $pairs i32) (param $count i32) (param $base i32) (param $strideBytes i32) (param $query i32) (param $out i32)
    (local $lanes01 v128) (local $lanes23 v128) (local $place i32) (local $axis i32) (local $end i32) (local $outEnd i32) (local $gap v128)
    (call $touchExact (local.get $pairs) (local.get $count) (local.get $base) (local.get $strideBytes))
    (local.set $end (i32.add (local.get $query) (i32.shl (local.get $strideBytes) (i32.const 1))))
    (local.set $outEnd (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $out) (local.get $outEnd)))
      (local.set $place (i32.add (local.get $base) (i32.mul (i32.load (local.get $pairs)) (local.get $strideBytes))))
      (local.set $axis (local.get $query))
      (local.set $lanes01 (v128.const i64x2 0 0))
      (local.set $lanes23 (v128.const i64x2 0 0))
      (loop $nextAxes
        (local.set $gap (f64x2.sub (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $place))) (v128.load (local.get $axis))))
        (local.set $lanes01 (f64x2.sub (local.get $lanes01) (f64x2.mul (local.get $gap) (local.get $gap))))
        (local.set $gap (f64x2.sub (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $place))) (v128.load offset=16 (local.get $axis))))
        (local.set $lanes23 (f64x2.sub (local.get $lanes23) (f64x2.mul (local.get $gap) (local.get $gap))))
        (local.set $place (i32.add (local.get $place) (i32.const 16)))
        (br_if $nextAxes (i32.lt_u (local.tee $axis (i32.add (local.get $axis) (i32.const 32))) (local.get $end))))
      {{store score}}
      (local.set $pairs (i32.add (local.get $pairs) (i32.const 8)))
      (local.set $out (i32.add (local.get $out) (i32.const 4)))
      (br $next)))))
