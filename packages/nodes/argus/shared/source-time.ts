/** Whether a column holds the newest source time that went into its group, ms since 1970. */
export function isSourceTime(column: string): boolean {
  return column.endsWith("SourceAtMs");
}

interface Row {
  readonly columns: object;
}

interface NewestSource {
  readonly column: string;
  readonly atMs: number;
}

/** The newest source time of the rows and its column, over every column that ends in `SourceAtMs`; null when there is none. */
export function newestSource(rows: readonly (Row | null)[]): NewestSource | null {
  let newest: NewestSource | null = null;
  for (const row of rows) {
    const columns = (row?.columns ?? {}) as Readonly<Record<string, unknown>>;
    for (const column in columns) {
      if (!isSourceTime(column)) continue;
      const atMs = columns[column] as number | null;
      if (atMs !== null && (newest === null || atMs > newest.atMs)) newest = { column, atMs };
    }
  }
  return newest;
}

export function newestSourceAtMs(rows: readonly (Row | null)[]): number | null {
  return newestSource(rows)?.atMs ?? null;
}
