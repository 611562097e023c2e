import { GraphError } from "@tenon/graph-core";
import { beforeEach, expect, test } from "vitest";
import { keyOf } from "../conformance/record-contract.ts";
import { documentOf } from "../testing/documents.ts";
import { FakeKeyValueStore } from "../testing/fake-key-value-store.ts";
import { KeyValueRecords, type KeyValueRecordsOptions } from "./key-value-records.ts";
import { CALLS_MAX } from "./record-flights.ts";
import { RECORD_KEYS_MAX } from "./record-store.ts";

let store: FakeKeyValueStore;
let atMs: number;
/** Ends every wait for the store when the test says so. */
let timeout: AbortController;
beforeEach(() => {
  store = new FakeKeyValueStore();
  atMs = 1_000_000;
  timeout = new AbortController();
});

const records = (options: KeyValueRecordsOptions = {}) =>
  new KeyValueRecords(store, { nowMs: () => atMs, deadline: () => timeout.signal, ...options });

/** From now on calls wait until `release`, or fail with what it is given. */
function held() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  store.before = () => promise;
  return {
    release: () => {
      store.before = async () => undefined;
      resolve();
    },
    fail: (error: Error) => {
      store.before = async () => undefined;
      reject(error);
    },
  };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => "done",
    (problem: unknown) => problem,
  );
  return error instanceof GraphError ? error.code : String(error);
}

test("a hundred requests for one ad are one read", async () => {
  await records().put([documentOf(1, 1), documentOf(2, 1)]);
  store.reads.length = 0;
  const reader = records();
  const gate = held();
  const first = Array.from({ length: 100 }, () => reader.get([keyOf(1, 1)]));
  const mixed = reader.get([keyOf(1, 1), keyOf(2, 1)]);
  gate.release();
  const answers = await Promise.all([...first, mixed]);
  expect(store.reads).toEqual([["record/1"], ["record/2"]]);
  expect(answers.flatMap(({ found }) => found)).toHaveLength(102);
  await reader.get([keyOf(1, 1), keyOf(2, 1)]);
  expect(store.reads).toHaveLength(2);
});

test("a batch is read in few calls, and a key that is named twice once", async () => {
  const documents = Array.from({ length: 500 }, (_, at) => documentOf(at + 1, 1));
  await records().put(documents);
  store.reads.length = 0;
  const { found } = await records().get([...documents, ...documents].map(({ adId, version }) => ({ adId, version })));
  expect(found).toHaveLength(RECORD_KEYS_MAX);
  expect(store.reads.map((keys) => keys.length)).toEqual([128, 128, 128, 116]);
});

test("what was not there is believed for a moment only, and so is an older version", async () => {
  await records().put([documentOf(1, 1)]);
  const reader = records({ absentMs: 500 });
  store.reads.length = 0;
  for (let read = 0; read < 3; read++) {
    expect((await reader.get([keyOf(2, 1)])).missing).toEqual([2]);
    expect((await reader.get([keyOf(1, 2)])).stale).toEqual([{ ...keyOf(1, 2), newestVersion: 1 }]);
  }
  expect(store.reads).toEqual([["record/2"], ["record/1"]]);
  await records().put([documentOf(2, 1), documentOf(1, 2)]);
  atMs += 500;
  const { found } = await reader.get([keyOf(2, 1), keyOf(1, 2)]);
  expect(found).toEqual([documentOf(2, 1), documentOf(1, 2)]);
});

test("a cached version is right for ever, but nothing is trusted longer than it was agreed", async () => {
  await records().put([documentOf(1, 1)]);
  const reader = records({ trustedMs: 10_000, absentMs: 0 });
  await reader.get([keyOf(1, 1)]);
  store.values.clear();
  atMs += 9_999;
  expect((await reader.get([keyOf(1, 1)])).found).toEqual([documentOf(1, 1)]);
  atMs += 1;
  expect((await reader.get([keyOf(1, 1)])).missing).toEqual([1]);
});

test("the cache keeps to its size, and lets go what was read longest ago", async () => {
  await records().put([1, 2, 3].map((id) => documentOf(id, 1)));
  const bytes = [...store.values.values()].map(({ value }) => value.length + 200);
  const reader = records({ cacheBytesMax: (bytes[0] ?? 0) + (bytes[2] ?? 0) });
  for (const id of [1, 2, 1, 3]) await reader.get([keyOf(id, 1)]);
  store.reads.length = 0;
  for (const id of [1, 3, 2]) await reader.get([keyOf(id, 1)]);
  expect(store.reads).toEqual([["record/2"]]);
});

test("a store that does not answer is given up in time; who comes next is served", async () => {
  await records().put([documentOf(1, 1)]);
  const reader = records({ timeoutMs: 20 });
  const gate = held();
  const waiting = [reader.get([keyOf(1, 1)]), reader.get([keyOf(1, 1)])];
  timeout.abort();
  for (const one of waiting) await expect(one).rejects.toThrow(/TENON1432 .*the fake store.*no answer within 20 ms/);
  timeout = new AbortController();
  gate.release();
  expect((await reader.get([keyOf(1, 1)])).found).toHaveLength(1);
});

test("a failed read is told to all who wait, and not kept", async () => {
  await records().put([documentOf(1, 1)]);
  const reader = records();
  const gate = held();
  const waiting = [reader.get([keyOf(1, 1)]), reader.get([keyOf(1, 1)])];
  gate.fail(new Error("connection reset"));
  for (const one of waiting) await expect(one).rejects.toMatchObject({ code: "TENON1432", detail: "connection reset" });
  expect((await reader.get([keyOf(1, 1)])).found).toHaveLength(1);
  store.before = async () => {
    throw new Error("read only");
  };
  expect(await codeOf(reader.put([documentOf(1, 2)]))).toBe("TENON1432");
});

test("a request that ends early leaves the read to the others", async () => {
  await records().put([documentOf(1, 1)]);
  const reader = records();
  const gate = held();
  const over = new AbortController();
  const early = reader.get([keyOf(1, 1)], over.signal);
  const other = reader.get([keyOf(1, 1)]);
  over.abort(new Error("the request is over"));
  await expect(early).rejects.toThrow("the request is over");
  gate.release();
  expect((await other).found).toHaveLength(1);
});

test("a read that began before a write does not bring the old record back", async () => {
  const reader = records();
  await reader.put([documentOf(1, 1)]);
  atMs += 60_000;
  let calls = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const old = store.values.get("record/1");
  const { getMany } = store;
  store.getMany = async (keys) => {
    if (++calls > 1) return getMany.call(store, keys);
    await promise;
    return [old];
  };
  const slow = reader.get([keyOf(1, 1)]);
  await reader.put([documentOf(1, 2)]);
  resolve();
  await slow;
  store.reads.length = 0;
  expect((await reader.get([keyOf(1, 2)])).found).toEqual([documentOf(1, 2)]);
  expect(store.reads).toEqual([]);
});

test("calls at once are bounded: beyond it reads are refused, not queued", async () => {
  const reader = records();
  const gate = held();
  const waiting = Array.from({ length: CALLS_MAX }, (_, at) => reader.get([keyOf(at + 1, 1)]));
  expect(await codeOf(reader.get([keyOf(10_000, 1)]))).toBe("TENON1433");
  gate.release();
  await Promise.all(waiting);
  expect(await codeOf(reader.get([keyOf(10_000, 1)]))).toBe("done");
});

test("two writers of one ad: the newest document stays, whoever was first", async () => {
  const writers = [records({ cacheBytesMax: 0 }), records({ cacheBytesMax: 0 })] as const;
  await Promise.all([
    writers[0].put([documentOf(1, 1), documentOf(1, 3)]),
    writers[1].put([documentOf(1, 2), documentOf(1, 4)]),
  ]);
  expect((await records().get([keyOf(1, 4)])).found).toEqual([documentOf(1, 4)]);
  store.compareAndSet = async () => false;
  await expect(writers[0].put([documentOf(1, 9)])).rejects.toThrow(/TENON1432 .*8 times in a row/);
});

test.each([
  ["no JSON", "{"],
  ["no entry", "null"],
  ["without versions", "{}"],
  [
    "of another ad",
    JSON.stringify({ newest: 1, deletedAtMs: null, versions: [{ version: 1, document: documentOf(2, 1) }] }),
  ],
  [
    "of another version",
    JSON.stringify({ newest: 1, deletedAtMs: null, versions: [{ version: 1, document: documentOf(1, 2) }] }),
  ],
  ["with too much", JSON.stringify({ newest: 1, deletedAtMs: null, versions: Array(5).fill({ version: 1 }) })],
])("a value that is no record of the ad is refused: %s", async (_, text) => {
  store.values.set("record/1", { value: new TextEncoder().encode(text), token: "0" });
  expect(await codeOf(records().get([keyOf(1, 1)]))).toBe("TENON1434");
  expect(await codeOf(records().put([documentOf(1, 9)]))).toBe("TENON1434");
});

test("a store that answers fewer keys than it was asked is not believed", async () => {
  store.getMany = async () => [];
  expect(await codeOf(records().get([keyOf(1, 1)]))).toBe("TENON1432");
});
