/** Whether a simulated stream left behind what its input says, each event counted once. */
import { comparison } from "./expectations.ts";
import type { Simulated } from "./simulate.ts";

/** Everything found, and everything expected, to be compared as a whole. */
export async function exactlyOnce(simulated: Simulated): Promise<readonly [found: object, expected: object]> {
  const { store, halted, uncommitted } = simulated;
  const rows = store.dump("count-windows").windows;
  const [found, expected] = comparison({
    ...simulated,
    state: store.dump("sum-amounts").state,
    windows: rows.map((row) => `${row.sizeMs}/${row.startMs}/${row.key}/${row.revision}/${row.values.join("/")}`),
    parked: (await store.parked("sum-amounts")).map(({ partition, offset }) => `${partition}/${offset}`),
  });
  return [
    { ...found, halted, uncommitted },
    { ...expected, halted: [], uncommitted: 0 },
  ];
}
