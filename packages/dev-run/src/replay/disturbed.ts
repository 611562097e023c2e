/** A world that a run may not see: another time, other dice, another environment. */

/** How far the clock is off: another day, hour, minute and second. */
const SHIFT_MS = 40 * 86_400_000 + 5 * 3_600_000 + 7 * 60_000 + 11_013;

/**
 * Runs `body` while the ambient inputs that a node could read by mistake give something else, then puts them back. For a
 * process of its own: whatever else runs in this process sees the same.
 */
export async function disturbed<Value>(body: () => Promise<Value>): Promise<Value> {
  const { Date: RealDate } = globalThis;
  const { random } = Math;
  const now = performance.now.bind(performance);
  class ShiftedDate extends RealDate {
    constructor(...given: readonly unknown[]) {
      super(...((given.length === 0 ? [RealDate.now() + SHIFT_MS] : given) as []));
    }
    static override now(): number {
      return RealDate.now() + SHIFT_MS;
    }
  }
  globalThis.Date = ShiftedDate as DateConstructor;
  Math.random = () => 1 - random() / 2;
  performance.now = () => now() + SHIFT_MS;
  try {
    return await body();
  } finally {
    globalThis.Date = RealDate;
    Math.random = random;
    performance.now = now;
  }
}
