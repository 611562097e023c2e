/** What every suite prints: one goal per line of the issue or reference that set it, reached or not, and the raw rows. */
export interface Goal {
  readonly id: string;
  readonly what: string;
  /** null when it was not measured. */
  readonly value: number | null;
  /** The bar, as `"<= 1.02"` or `">= 15"`. */
  readonly goal: string;
  readonly ok: boolean;
  /** Why it was not measured. */
  readonly why?: string;
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

/** A goal that this run cannot measure is listed as not reached, never left out. `goal`: its bar. */
export function notMeasured(id: string, what: string, goal: string, why: string): Goal {
  return { id, what, value: null, goal, ok: false, why };
}

export function printReport(report: Report, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  for (const { id, what, value, goal, ok, why } of report.goals) {
    const verdict = value === null ? "none" : ok ? "ok  " : "MISS";
    const reason = why === undefined ? "" : ` (${why})`;
    process.stdout.write(
      `${verdict} ${id.padEnd(14)} ${String(value ?? "-").padStart(10)}  ${goal.padEnd(9)} ${what}${reason}\n`,
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
