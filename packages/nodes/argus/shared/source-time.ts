interface Row {
  readonly columns: object;
}

/** The newest source time of the rows, over every column that ends in `SourceAtMs`; null when there is none. */
export function newestSourceAtMs(rows: readonly (Row | null)[]): number | null {
  let newest: number | null = null;
  for (const row of rows) {
    const columns = (row?.columns ?? {}) as Readonly<Record<string, unknown>>;
    for (const name in columns) {
      if (!name.endsWith("SourceAtMs")) continue;
      const atMs = columns[name] as number | null;
      if (atMs !== null && (newest === null || atMs > newest)) newest = atMs;
    }
  }
  return newest;
}
