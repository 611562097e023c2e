/** What every object store does. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphError } from "@tenon/graph-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readAll, sha256Of } from "../store/body.ts";
import type { ObjectStore } from "../store/object-store.ts";

/** A store over the same objects each time, as another process would open it. */
export type OpenStore = () => ObjectStore;

const bytesOf = (text: string) => new TextEncoder().encode(text);

export async function textAt(store: ObjectStore, key: string): Promise<string | undefined> {
  const stored = await store.get(key);
  return stored === undefined ? undefined : new TextDecoder().decode(await readAll(stored));
}

export function objectStoreContract(name: string, openStore: OpenStore): void {
  describe(`object store: ${name}`, () => {
    let store: ObjectStore;
    let folder: string;
    let tests = 0;
    let own: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "tenon-store-"));
    });
    afterAll(() => rm(folder, { recursive: true }));
    beforeEach(() => {
      store = openStore();
      own = `test-${++tests}`;
    });

    test("what was put is read, also by others; what was not is absent", async () => {
      const key = `${own}/a/b.segment`;
      expect(await store.get(key)).toBeUndefined();
      const etag = await store.putIfAbsent(key, bytesOf("one"));
      const stored = await openStore().get(key);
      expect([stored?.bytes, stored?.etag]).toEqual([3, etag]);
      expect(await textAt(openStore(), key)).toBe("one");
    });

    test("a file is put by its path, an empty object is an object", async () => {
      const content = Uint8Array.from({ length: 300_000 }, (_, at) => at * 7);
      const path = join(folder, "large");
      await writeFile(path, content);
      await store.putIfAbsent(`${own}/large`, { path, bytes: content.length, sha256: sha256Of(content) });
      const stored = await store.get(`${own}/large`);
      expect(stored && Buffer.compare(await readAll(stored), content)).toBe(0);
      await store.putIfAbsent(`${own}/empty`, new Uint8Array());
      expect(await textAt(store, `${own}/empty`)).toBe("");
    });

    test("a taken key stays as it is", async () => {
      const etag = await store.putIfAbsent(`${own}/a`, bytesOf("one"));
      expect(etag).toBeTypeOf("string");
      expect(await store.putIfAbsent(`${own}/a`, bytesOf("two"))).toBeUndefined();
      expect([await textAt(store, `${own}/a`), (await store.get(`${own}/a`))?.etag]).toEqual(["one", etag]);
    });

    test("a swap goes through only over the object that was read", async () => {
      const first = (await store.putIfAbsent(`${own}/a`, bytesOf("one"))) ?? "";
      const second = (await store.putIfMatch(`${own}/a`, bytesOf("two"), first)) ?? "";
      expect(second).not.toBe(first);
      expect(await store.putIfMatch(`${own}/a`, bytesOf("three"), first)).toBeUndefined();
      expect(await textAt(store, `${own}/a`)).toBe("two");
      expect(await store.putIfMatch(`${own}/none`, bytesOf("x"), second)).toBeUndefined();
      expect(await store.get(`${own}/none`)).toBeUndefined();
      // The same content again is another write.
      const third = (await store.putIfMatch(`${own}/a`, bytesOf("one"), second)) ?? "";
      expect(third).not.toBe(first);
      expect(await store.putIfMatch(`${own}/a`, bytesOf("four"), first)).toBeUndefined();
    });

    test("of many that create or swap one key at once, one wins", async () => {
      const stores = Array.from({ length: 8 }, openStore);
      const created = await Promise.all(stores.map((each, at) => each.putIfAbsent(`${own}/a`, bytesOf(`new ${at}`))));
      expect(created.filter((etag) => etag !== undefined)).toHaveLength(1);
      const winner = created.findIndex((etag) => etag !== undefined);
      expect(await textAt(store, `${own}/a`)).toBe(`new ${winner}`);
      const etag = created[winner] as string;
      const swapped = await Promise.all(
        stores.map((each, at) => each.putIfMatch(`${own}/a`, bytesOf(`swap ${at}`), etag)),
      );
      expect(swapped.filter((each) => each !== undefined)).toHaveLength(1);
      expect(await textAt(store, `${own}/a`)).toBe(`swap ${swapped.findIndex((each) => each !== undefined)}`);
    });

    test("counting by swaps loses nothing, however many count", async () => {
      const [counters, each] = [4, 12];
      await store.putIfAbsent(`${own}/count`, bytesOf("0"));
      const count = async (counter: ObjectStore) => {
        for (let done = 0, tries = 0; done < each && tries < 1_000; tries++) {
          const stored = await counter.get(`${own}/count`);
          if (stored === undefined) throw new Error("the count is gone");
          const next = String(Number(new TextDecoder().decode(await readAll(stored))) + 1);
          if ((await counter.putIfMatch(`${own}/count`, bytesOf(next), stored.etag)) !== undefined) done++;
        }
      };
      await Promise.all(Array.from({ length: counters }, () => count(openStore())));
      expect(await textAt(store, `${own}/count`)).toBe(String(counters * each));
    });

    test("a list has every key of its prefix once, in order, with size and time", async () => {
      const keys = ["a", "a.b", "a/1", "a/2", "b/c/d", "b-c"].map((key) => `${own}/${key}`);
      for (const key of keys) await store.putIfAbsent(key, bytesOf(key));
      const etag = (await store.get(`${own}/a`))?.etag ?? "";
      await store.putIfMatch(`${own}/a`, bytesOf("longer than it was"), etag);
      const listed = await openStore().list(`${own}/`);
      expect(listed.map(({ key }) => key)).toEqual(keys.toSorted());
      expect(listed[0]?.bytes).toBe(18);
      expect(Math.abs((listed[0]?.modifiedAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
      expect((await store.list(`${own}/a/`)).map(({ key }) => key)).toEqual([`${own}/a/1`, `${own}/a/2`]);
      expect(await store.list(`${own}/none`)).toEqual([]);
    });

    test("what was deleted is gone, its key is free, and its etags are worth nothing", async () => {
      const first = (await store.putIfAbsent(`${own}/a`, bytesOf("one"))) ?? "";
      await store.putIfMatch(`${own}/a`, bytesOf("two"), first);
      await store.delete(`${own}/a`);
      await store.delete(`${own}/a`);
      expect(await store.get(`${own}/a`)).toBeUndefined();
      expect(await store.list(`${own}/`)).toEqual([]);
      expect(await store.putIfAbsent(`${own}/a`, bytesOf("new"))).toBeTypeOf("string");
      expect(await store.putIfMatch(`${own}/a`, bytesOf("old"), first)).toBeUndefined();
    });

    test.each(["", "/a", "a/", "../a", "a/../b", "a/.b", "a b", "ä"])("%j is no key", async (key) => {
      for (const refused of [store.get(key), store.putIfAbsent(key, bytesOf("x")), store.delete(key)]) {
        const problem = await refused.catch((error: unknown) => error);
        expect(problem instanceof GraphError && problem.code).toBe("TENON1444");
      }
    });
  });
}
