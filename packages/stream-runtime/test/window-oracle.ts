/**
 * What windows must give, computed the plain way: every event is kept, and every answer is a filter over all of them. Shares
 * no code with the runtime.
 */
export interface OracleEvent {
  readonly key: string;
  readonly timeMs: number;
  readonly amount: number;
  readonly label: string;
}

export interface OracleWindow {
  readonly sizesMs: readonly number[];
  readonly outOfOrderMs: number;
  readonly graceMs: number;
}

export interface OracleRow {
  readonly sizeMs: number;
  readonly startMs: number;
  readonly key: string;
  readonly revision: number;
  readonly events: number;
  readonly total: number;
  readonly least: number;
  readonly most: number;
  readonly labels: readonly string[];
}

export interface OracleAnswer {
  /** The rows at the end, by size, start and key. */
  readonly rows: readonly OracleRow[];
  /** Every emission in order, as `size/start/key/revision/events/total`. */
  readonly emissions: readonly string[];
  readonly late: readonly number[];
}

export function oracleOf(
  events: readonly OracleEvent[],
  { sizesMs, outOfOrderMs, graceMs }: OracleWindow,
): OracleAnswer {
  const smallest = sizesMs[0] as number;
  const startOf = (timeMs: number, sizeMs: number) => timeMs - (((timeMs % sizeMs) + sizeMs) % sizeMs);
  const counted: OracleEvent[] = [];
  const late: number[] = [];
  const emissions: string[] = [];
  const revisions = new Map<string, number>();
  let watermark = Number.NEGATIVE_INFINITY;

  const inWindow = (key: string, sizeMs: number, startMs: number) =>
    counted.filter((event) => event.key === key && startOf(event.timeMs, sizeMs) === startMs);
  const emit = (key: string, sizeMs: number, startMs: number) => {
    const name = `${sizeMs}/${startMs}/${key}`;
    const revision = (revisions.get(name) ?? -1) + 1;
    revisions.set(name, revision);
    const members = inWindow(key, sizeMs, startMs);
    emissions.push(`${name}/${revision}/${members.length}/${members.reduce((all, { amount }) => all + amount, 0)}`);
  };
  const rowsOf = (sizeMs: number) => {
    const names = new Map<string, { startMs: number; key: string }>();
    for (const { key, timeMs } of counted) {
      const startMs = startOf(timeMs, sizeMs);
      names.set(`${startMs}/${key}`, { startMs, key });
    }
    return [...names.values()].sort((a, b) => a.startMs - b.startMs || (a.key < b.key ? -1 : 1));
  };

  for (const [index, event] of events.entries()) {
    const before = watermark;
    watermark = Math.max(watermark, event.timeMs - outOfOrderMs);
    for (const sizeMs of sizesMs) {
      for (const { startMs, key } of rowsOf(sizeMs)) {
        const endMs = startMs + sizeMs;
        if (endMs > before && endMs <= watermark) emit(key, sizeMs, startMs);
      }
    }
    if (startOf(event.timeMs, smallest) + smallest + graceMs <= watermark) {
      late.push(index);
      continue;
    }
    counted.push(event);
    for (const sizeMs of sizesMs) {
      const startMs = startOf(event.timeMs, sizeMs);
      if (startMs + sizeMs <= watermark) emit(event.key, sizeMs, startMs);
      else break;
    }
  }

  const rows = sizesMs.flatMap((sizeMs, level) =>
    rowsOf(sizeMs).flatMap(({ startMs, key }) => {
      // A larger window holds what smaller ones have handed on: those that are closed.
      const below = level === 0 ? undefined : (sizesMs[level - 1] as number);
      const members = inWindow(key, sizeMs, startMs).filter(
        ({ timeMs }) => below === undefined || isHandedOn(timeMs, level),
      );
      if (members.length === 0) return [];
      const amounts = members.map(({ amount }) => amount);
      return [
        {
          sizeMs,
          startMs,
          key,
          revision: revisions.get(`${sizeMs}/${startMs}/${key}`) ?? -1,
          events: members.length,
          total: amounts.reduce((all, amount) => all + amount, 0),
          least: Math.min(...amounts),
          most: Math.max(...amounts),
          labels: [...new Set(members.map(({ label }) => label))].sort(),
        },
      ];
    }),
  );
  return { rows, emissions, late };

  function isHandedOn(timeMs: number, level: number): boolean {
    return sizesMs.slice(0, level).every((sizeMs) => startOf(timeMs, sizeMs) + sizeMs <= watermark);
  }
}
