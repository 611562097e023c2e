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
      if (!column.endsWith("SourceAtMs")) continue;
      const atMs = columns[column] as number | null;
      if (atMs !== null && (newest === null || atMs > newest.atMs)) newest = { column, atMs };
    }
  }
  return newest;
}

export function newestSourceAtMs(rows: readonly (Row | null)[]): number | null {
  return newestSource(rows)?.atMs ?? null;
}
