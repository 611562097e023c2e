/**
 * Prints `N passed, N failed, N skipped` from vitest's JSON report, and fails when anything failed.
 * Usage: node closing-line.ts REPORT [FAILED_STEP…]
 */
import { existsSync, readFileSync } from "node:fs";

/** The counts of vitest's JSON report. */
export interface TestCounts {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** False when a file could not be loaded, even if no test failed. */
  readonly success: boolean;
}

/** The closing line. A failed step counts as a failure of its own, unless it is the test step, whose failures are counted. */
export function closingLine(
  counts: TestCounts | undefined,
  failedSteps: readonly string[],
): { readonly line: string; readonly failed: number } {
  const otherSteps = failedSteps.filter((step) => step !== "test").length;
  if (counts === undefined) return { line: `0 passed, ${otherSteps + 1} failed`, failed: otherSteps + 1 };
  const testStepFailed = !counts.success || failedSteps.includes("test");
  const failed = otherSteps + Math.max(counts.numFailedTests, testStepFailed ? 1 : 0);
  const skipped = counts.numPendingTests + counts.numTodoTests;
  return { line: `${counts.numPassedTests} passed, ${failed} failed, ${skipped} skipped`, failed };
}

if (import.meta.main) {
  const [report = "", ...failedSteps] = process.argv.slice(2);
  const counts = existsSync(report) ? (JSON.parse(readFileSync(report, "utf8")) as TestCounts) : undefined;
  const { line, failed } = closingLine(counts, failedSteps);
  console.log(line);
  if (failed > 0) process.exitCode = 1;
}
