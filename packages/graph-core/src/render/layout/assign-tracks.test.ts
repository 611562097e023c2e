import fc from "fast-check";
import { expect, test } from "vitest";
import { assignTracks, type GapNet } from "./assign-tracks.ts";

test("a net that goes straight down needs no track", () => {
  const { tracks, count } = assignTracks([{ net: 0, top: 50, bottoms: [50] }]);
  expect([tracks.get(0), count]).toEqual([undefined, 0]);
});

test("nets that do not meet share a track", () => {
  const { tracks, count } = assignTracks([
    { net: 0, top: 0, bottoms: [40] },
    { net: 1, top: 100, bottoms: [160] },
  ]);
  expect([tracks.get(0), tracks.get(1), count]).toEqual([0, 0, 1]);
});

test("of two nets that fan out side by side, the order with fewer crossings is taken", () => {
  const { tracks } = assignTracks([
    { net: 0, top: 0, bottoms: [100] },
    { net: 1, top: 20, bottoms: [120] },
  ]);
  // Net 1 turns right above net 0's way down: above it there is one crossing, below it none.
  expect((tracks.get(1) ?? 0) < (tracks.get(0) ?? 0)).toBe(true);
});

test("a net whose end comes down where another begins runs below it, whatever that crosses", () => {
  const { tracks } = assignTracks([
    { net: 0, top: 0, bottoms: [100] },
    { net: 1, top: 100, bottoms: [200] },
  ]);
  expect((tracks.get(1) ?? 0) < (tracks.get(0) ?? 0)).toBe(true);
});

const nets: fc.Arbitrary<readonly GapNet[]> = fc
  .uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 12 })
  .chain((tops) =>
    fc.tuple(
      ...tops.map((top, net) =>
        fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 4 }).map((bottoms) => ({
          net,
          top: top * 10,
          bottoms: bottoms.map((bottom) => bottom * 10),
        })),
      ),
    ),
  );

test("property: nets whose horizontal parts meet never share a track", () => {
  fc.assert(
    fc.property(nets, (all) => {
      const { tracks, count } = assignTracks(all);
      const span = ({ top, bottoms }: GapNet) => [Math.min(top, ...bottoms), Math.max(top, ...bottoms)] as const;
      for (const [at, left] of all.entries()) {
        const track = tracks.get(left.net);
        if (track !== undefined) expect(track).toBeLessThan(count);
        for (const right of all.slice(at + 1)) {
          const [leftFrom, leftTo] = span(left);
          const [rightFrom, rightTo] = span(right);
          if (track === undefined || leftFrom > rightTo || rightFrom > leftTo) continue;
          expect(tracks.get(right.net)).not.toBe(track);
        }
      }
    }),
  );
});
