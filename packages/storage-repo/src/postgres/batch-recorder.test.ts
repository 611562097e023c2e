import type { Transaction } from "@tenon/postgres";
import { expect, test } from "vitest";
import type { RowChange } from "../api/change.ts";
import { CHANGES_MAX } from "../api/write-set.ts";
import { SAMPLE_ENTITIES } from "../conformance/sample-entities.ts";
import { BatchRecorder } from "./batch-recorder.ts";
import { ReturningDialect } from "./returning-dialect.ts";

test("a transaction with more changes than a consumer can hold is refused by name, before anything is sent", () => {
  const recorder = new BatchRecorder({ entities: SAMPLE_ENTITIES, dialect: new ReturningDialect(), schemaVersion: 1 });
  const nothingIsSent = {} as Transaction;
  const changes = new Array<RowChange>(CHANGES_MAX + 1);
  expect(() => recorder.record(nothingIsSent, changes, undefined)).toThrow(
    expect.objectContaining({ code: "TENON1521", hint: expect.stringContaining("bulk") }),
  );
});
