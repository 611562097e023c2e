/** What every record store does, whatever it is made of. */
import { adId } from "@tenon/ads-model";
import type { GraphError } from "@tenon/graph-core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  RECORD_KEYS_MAX,
  RECORD_VERSIONS_MAX,
  REPLACED_KEPT_MS,
  type RecordKey,
  type RecordStore,
  TOMBSTONE_KEPT_MS,
} from "../records/record-store.ts";
import { documentOf } from "../testing/documents.ts";

/** Makes an empty store that reads the time from `nowMs`. */
export type MakeRecords = (nowMs: () => number) => Promise<RecordStore> | RecordStore;

const MAX_RUNS = 40;

export const keyOf = (id: number, version: number): RecordKey => ({ adId: adId(id), version });

export function recordContract(name: string, makeRecords: MakeRecords): void {
  describe(`records ${name}`, () => {
    let atMs = 1_000;
    let store: RecordStore;
    /** Each test and each random case has ads of its own. */
    let ads = 0;
    const newAd = () => ++ads;
    beforeAll(async () => {
      store = await makeRecords(() => atMs);
    });
    afterAll(() => store.close());

    test("a record is found at its version, reported as stale at another, and missing where there is none", async () => {
      const [one, other, none] = [newAd(), newAd(), newAd()];
      await store.put([documentOf(one, 3), documentOf(other, 1)]);
      const answer = await store.get([keyOf(none, 1), keyOf(one, 2), keyOf(other, 1), keyOf(one, 3), keyOf(one, 4)]);
      expect(answer).toEqual({
        found: [documentOf(other, 1), documentOf(one, 3)],
        stale: [
          { ...keyOf(one, 2), newestVersion: 3 },
          { ...keyOf(one, 4), newestVersion: 3 },
        ],
        missing: [none],
      });
      expect(await store.get([])).toEqual({ found: [], stale: [], missing: [] });
    });

    test("a request under way reads what its snapshot names, also after the ad was replaced or deleted", async () => {
      const [one, other] = [newAd(), newAd()];
      await store.put([documentOf(one, 1), documentOf(other, 1)]);
      await store.put([documentOf(one, 2)]);
      await store.delete([{ adId: adId(other), version: 2 }]);
      atMs += REPLACED_KEPT_MS - 1;
      const answer = await store.get([keyOf(one, 1), keyOf(one, 2), keyOf(other, 1)]);
      expect(answer.found).toEqual([documentOf(one, 1), documentOf(one, 2), documentOf(other, 1)]);
      atMs += 1;
      await store.collect();
      expect(await store.get([keyOf(one, 1), keyOf(one, 2), keyOf(other, 1)])).toEqual({
        found: [documentOf(one, 2)],
        stale: [{ ...keyOf(one, 1), newestVersion: 2 }],
        missing: [other],
      });
    });

    test("versions kept per ad are bounded, and the newest is always one of them", async () => {
      const one = newAd();
      for (let version = 1; version <= RECORD_VERSIONS_MAX + 3; version++) await store.put([documentOf(one, version)]);
      const keys = Array.from({ length: RECORD_VERSIONS_MAX + 3 }, (_, at) => keyOf(one, at + 1));
      const { found, stale } = await store.get(keys);
      expect(found.map(({ version }) => version)).toEqual([4, 5, 6, 7]);
      expect(stale.map(({ version }) => version)).toEqual([1, 2, 3]);
    });

    test("in whatever order changes come, the newest version decides, and each change is counted once", async () => {
      const change = fc.record({
        ad: fc.integer({ min: 0, max: 2 }),
        version: fc.integer({ min: 1, max: 6 }),
        kind: fc.constantFrom("put" as const, "delete" as const),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
          async (batches) => {
            const own = [newAd(), newAd(), newAd()] as const;
            const newest = new Map<number, { version: number; kind: string }>();
            for (const batch of batches) {
              for (const kind of ["put", "delete"] as const) {
                const changes = batch.filter((one) => one.kind === kind);
                const stale: number[] = [];
                for (const { ad, version } of changes) {
                  const id = own[ad] as number;
                  if (version <= (newest.get(id)?.version ?? 0)) stale.push(id);
                  else newest.set(id, { version, kind });
                }
                const report =
                  kind === "put"
                    ? await store.put(changes.map(({ ad, version }) => documentOf(own[ad] as number, version)))
                    : await store.delete(
                        changes.map(({ ad, version }) => ({ adId: adId(own[ad] as number), version })),
                      );
                expect(report.appliedCount).toBe(changes.length - stale.length);
                expect([...report.stale].sort()).toEqual(stale.sort());
              }
            }
            for (const id of own) {
              const last = newest.get(id);
              const answer = await store.get([keyOf(id, last?.version ?? 1)]);
              if (last?.kind === "put") expect(answer.found).toEqual([documentOf(id, last.version)]);
              else expect(answer).toEqual({ found: [], stale: [], missing: [id] });
            }
          },
        ),
        { numRuns: MAX_RUNS },
      );
    });

    test("a deletion is remembered for its time, and then nothing of the ad is left", async () => {
      const one = newAd();
      await store.put([documentOf(one, 1)]);
      await store.collect();
      await store.delete([{ adId: adId(one), version: 5 }]);
      atMs += TOMBSTONE_KEPT_MS - 1;
      await store.collect();
      expect((await store.put([documentOf(one, 4)])).stale).toEqual([one]);
      atMs += 1;
      expect(await store.collect()).toBeGreaterThanOrEqual(1);
      expect(await store.collect()).toBe(0);
      expect((await store.put([documentOf(one, 4)])).appliedCount).toBe(1);
    });

    test("what is too much at once, or no longer wanted, is refused", async () => {
      const keys = Array.from({ length: RECORD_KEYS_MAX + 1 }, () => keyOf(1, 1));
      const refused = [
        store.get(keys),
        (async () => store.put(keys.map(() => documentOf(1, 1))))(),
        (async () => store.delete(keys))(),
      ];
      for (const one of await Promise.allSettled(refused)) {
        expect(one.status === "rejected" && (one.reason as GraphError).code).toBe("TENON1433");
      }
      const reason = new Error("the request is over");
      await expect(store.get([keyOf(1, 1)], AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}
