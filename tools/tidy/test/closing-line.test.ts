import { expect, test } from "vitest";
import { closingLine, type TestCounts } from "../src/report/closing-line.ts";

const counts: TestCounts = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1, success: true };

test("the closing line counts passed, failed and skipped tests", () => {
  expect(closingLine(counts, [])).toEqual({ line: "7 passed, 0 failed, 3 skipped", failed: 0 });
  expect(closingLine({ ...counts, numFailedTests: 2, success: false }, ["test"]).line).toBe(
    "7 passed, 2 failed, 3 skipped",
  );
});

test("a failed step is a failure, and a test step that fails without a failed test is one too", () => {
  expect(closingLine(counts, ["check", "packages"])).toEqual({ line: "7 passed, 2 failed, 3 skipped", failed: 2 });
  expect(closingLine({ ...counts, success: false }, ["test"])).toMatchObject({ failed: 1 });
  expect(closingLine(counts, ["test"])).toMatchObject({ failed: 1 });
});

test("a run without a report has failed", () => {
  expect(closingLine(undefined, ["test"])).toEqual({ line: "0 passed, 1 failed", failed: 1 });
  expect(closingLine(undefined, [])).toMatchObject({ failed: 1 });
});
