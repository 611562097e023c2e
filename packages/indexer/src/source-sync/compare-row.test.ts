import { expect, test } from "vitest";
import { compareRow, type SourceSide, type StoredSide } from "./compare-row.ts";

const VERSIONS_MAX = 7;

/** Even versions are rows, odd ones absences; nothing stored is version 0. */
function* sides(from: number): Generator<SourceSide> {
  for (let version = from; version <= VERSIONS_MAX; version++) {
    yield { isThere: version > 0 && version % 2 === 0, version };
  }
}

/** What the updater and the repository make of the source's state: the newer one stays. */
function sent(source: SourceSide, stored: StoredSide): StoredSide {
  return source.version > stored.version ? source : stored;
}

test("what differs is mended by sending the source's state, and only what is newer cannot be", () => {
  const seen = new Set<string>();
  for (const source of sides(1)) {
    for (const stored of sides(0)) {
      const kind = compareRow(source, stored);
      const after = sent(source, stored);
      seen.add(String(kind));
      if (kind === undefined) expect({ source, stored: stored.isThere }).toEqual({ source, stored: source.isThere });
      else if (kind === "newer") expect({ source, after }).toEqual({ source, after: stored });
      else expect({ source, after }).toEqual({ source, after: source });
    }
  }
  expect([...seen].sort()).toEqual(["extra", "missing", "newer", "older", "undefined"]);
});

test("a row of both sides differs whenever its versions do", () => {
  for (const source of sides(1)) {
    for (const stored of sides(0)) {
      if (!source.isThere || !stored.isThere) continue;
      const expected =
        stored.version < source.version ? "older" : stored.version > source.version ? "newer" : undefined;
      expect(compareRow(source, stored)).toBe(expected);
    }
  }
});
