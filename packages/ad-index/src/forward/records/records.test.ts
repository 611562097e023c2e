import { recordContract } from "../conformance/record-contract.ts";
import { FakeKeyValueStore } from "../testing/fake-key-value-store.ts";
import { KeyValueRecords } from "./key-value-records.ts";
import { MemoryRecords } from "./memory-records.ts";

recordContract("in memory", (nowMs) => new MemoryRecords({ nowMs }));
recordContract("in a key-value store", (nowMs) => new KeyValueRecords(new FakeKeyValueStore(), { nowMs }));
recordContract(
  "in a key-value store, without a cache",
  (nowMs) => new KeyValueRecords(new FakeKeyValueStore(), { nowMs, cacheBytesMax: 0 }),
);
