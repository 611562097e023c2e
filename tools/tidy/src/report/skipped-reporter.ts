import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";

/** A test that did not run, and why. */
export interface Skipped {
  readonly file: string;
  readonly test: string;
  /** The note given to `skip(condition, note)`. */
  readonly reason: string | undefined;
}

/**
 * Ends a test run with what was skipped and why. A test that is skipped without a reason fails the run: nobody would
 * know when it may come back. Runs that were narrowed by name leave tests out on purpose and list nothing.
 */
export default class SkippedReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#vitest?.config.testNamePattern !== undefined) return;
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests("skipped")].filter((test) => !isBehindError(test)).map(skippedOf),
    );
    if (skipped.length === 0) return;
    console.log(skippedText(skipped));
    if (skipped.some(({ reason }) => reason === undefined)) process.exitCode = 1;
  }
}

/** Not skipped by anybody: a hook or the file around it failed, which is reported as the failure it is. */
function isBehindError(test: TestCase): boolean {
  for (let at = test.parent; ; at = at.parent) {
    if (at.errors().length > 0) return true;
    if (at.type === "module") return false;
  }
}

function skippedOf(test: TestCase): Skipped {
  const result = test.result();
  return {
    file: test.module.relativeModuleId,
    test: test.fullName,
    reason: result.state === "skipped" ? result.note : undefined,
  };
}

/** One line per reason with the number of tests, and one line per test that gives none. */
export function skippedText(skipped: readonly Skipped[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of skipped) if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const given = [...counts].map(([reason, count]) => `  ${count} × ${reason}`);
  const missing = skipped
    .filter(({ reason }) => reason === undefined)
    .map(
      ({ file, test }) =>
        `  no reason given: ${file} > ${test}; say why: test(name, ({ skip }) => { skip(condition, "needs …"); … })`,
    );
  return [`Skipped ${skipped.length} of the tests:`, ...given, ...missing].join("\n");
}
