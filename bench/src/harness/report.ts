/** What every suite prints: one goal per line of the issue or reference that set it, reached or not, and the raw rows. */
export interface Goal {
  readonly id: string;
  readonly what: string;
  readonly value: number;
  /** The bar, as `"<= 1.02"` or `">= 15"`. */
  readonly goal: string;
  readonly ok: boolean;
}

export type Row = Readonly<Record<string, string | number>>;

/** What one part of a suite measured. */
export interface Part {
  readonly goals: readonly Goal[];
  readonly rows: readonly Row[];
}

export interface Report extends Part {
  readonly suite: string;
}

export interface SuiteOptions {
  /** Ends within 50 s; fewer rounds, same contenders. */
  readonly quick: boolean;
}

/** Digits worth reading: the noise of a ratio is a few per cent. */
const SIGNIFICANT_DIGITS = 4;

export function rounded(value: number): number {
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

export function atMost(id: string, what: string, value: number, bar: number): Goal {
  return { id, what, value: rounded(value), goal: `<= ${bar}`, ok: value <= bar };
}

export function atLeast(id: string, what: string, value: number, bar: number): Goal {
  return { id, what, value: rounded(value), goal: `>= ${bar}`, ok: value >= bar };
}

export function printReport(report: Report, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  for (const { id, what, value, goal, ok } of report.goals) {
    process.stdout.write(
      `${ok ? "ok  " : "MISS"} ${id.padEnd(14)} ${String(value).padStart(10)}  ${goal.padEnd(9)} ${what}\n`,
    );
  }
  for (const row of report.rows) {
    process.stdout.write(
      `     ${Object.entries(row)
        .map(([key, value]) => `${key}=${value}`)
        .join("  ")}\n`,
    );
  }
}
