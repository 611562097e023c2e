/**
 * What windows must give, computed the plain way: every event is kept with the windows it is in, and every answer is computed
 * from all events of a window. Shares no code with the runtime.
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

interface Window {
  readonly sizeMs: number;
  readonly startMs: number;
  readonly key: string;
  readonly members: OracleEvent[];
}

export function oracleOf(
  events: readonly OracleEvent[],
  { sizesMs, outOfOrderMs, graceMs }: OracleWindow,
): OracleAnswer {
  const smallest = sizesMs[0] as number;
  const startOf = (timeMs: number, sizeMs: number) => timeMs - (((timeMs % sizeMs) + sizeMs) % sizeMs);
  const windows = new Map<string, Window>();
  /** Those that the watermark has not passed: what it passes is looked for here, not among all there ever were. */
  const open = new Set<Window>();
  const late: number[] = [];
  const emissions: string[] = [];
  const revisions = new Map<string, number>();
  let watermark = Number.NEGATIVE_INFINITY;

  const nameOf = ({ key, sizeMs, startMs }: Omit<Window, "members">) => `${sizeMs}/${startMs}/${key}`;
  const count = (event: OracleEvent, sizeMs: number) => {
    const at = { key: event.key, sizeMs, startMs: startOf(event.timeMs, sizeMs) };
    const window = windows.get(nameOf(at)) ?? { ...at, members: [] };
    windows.set(nameOf(at), window);
    window.members.push(event);
    if (window.startMs + sizeMs > watermark) open.add(window);
  };
  const emit = (at: Omit<Window, "members">) => {
    const name = nameOf(at);
    const revision = (revisions.get(name) ?? -1) + 1;
    revisions.set(name, revision);
    const members = windows.get(name)?.members ?? [];
    emissions.push(`${name}/${revision}/${members.length}/${members.reduce((all, { amount }) => all + amount, 0)}`);
  };
  const inOrder = (some: Iterable<Window>, sizeMs: number) =>
    [...some]
      .filter((each) => each.sizeMs === sizeMs)
      .sort((a, b) => a.startMs - b.startMs || (a.key < b.key ? -1 : 1));

  for (const [index, event] of events.entries()) {
    watermark = Math.max(watermark, event.timeMs - outOfOrderMs);
    for (const sizeMs of sizesMs) {
      const passed = [...open].filter((each) => each.sizeMs === sizeMs && each.startMs + sizeMs <= watermark);
      for (const window of inOrder(passed, sizeMs)) {
        emit(window);
        open.delete(window);
      }
    }
    if (startOf(event.timeMs, smallest) + smallest + graceMs <= watermark) {
      late.push(index);
      continue;
    }
    for (const sizeMs of sizesMs) count(event, sizeMs);
    for (const sizeMs of sizesMs) {
      const startMs = startOf(event.timeMs, sizeMs);
      if (startMs + sizeMs <= watermark) emit({ key: event.key, sizeMs, startMs });
      else break;
    }
  }

  const rows = sizesMs.flatMap((sizeMs, level) =>
    inOrder(windows.values(), sizeMs).flatMap(({ startMs, key, members: all }) => {
      // A larger window holds what smaller ones have handed on: those that are closed.
      const below = level === 0 ? undefined : (sizesMs[level - 1] as number);
      const members = all.filter(({ timeMs }) => below === undefined || isHandedOn(timeMs, level));
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
