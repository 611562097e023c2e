interface Row {
  readonly columns: object;
}

/** The newest source time of the rows, over every column that ends in `SourceAtMs`; null when there is none. */
export function newestSourceAtMs(rows: readonly (Row | null)[]): number | null {
  const times = rows.flatMap((row) =>
    Object.entries(row?.columns ?? {}).filter(([name, value]) => name.endsWith("SourceAtMs") && value !== null),
  );
  return times.length === 0 ? null : Math.max(...times.map(([, value]) => value as number));
}
