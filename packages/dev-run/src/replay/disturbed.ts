/**
 * A world that a run may not see: another time, other dice. Only the body that is disturbed sees it, with all that it
 * awaits; everything else in the process sees the real one, also meanwhile.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** How far the clock is off: another day, hour, minute and second. */
const SHIFT_MS = 40 * 86_400_000 + 5 * 3_600_000 + 7 * 60_000 + 11_013;

const disturbance = new AsyncLocalStorage<true>();
const isDisturbed = (): boolean => disturbance.getStore() === true;

/** Bodies that run: the stand-ins are there from the first to the last of them. */
let bodies = 0;
let putBack = (): void => {};

/** Runs `body` while the ambient inputs that a node could read by mistake give it something else. */
export async function disturbed<Value>(body: () => Promise<Value>): Promise<Value> {
  if (bodies++ === 0) putBack = standIns();
  try {
    return await disturbance.run(true, body);
  } finally {
    if (--bodies === 0) putBack();
  }
}

/** Puts stand-ins in the places of clock and dice, and gives what takes them back. */
function standIns(): () => void {
  const RealDate = globalThis.Date;
  const { random } = Math;
  const elapsed = performance.now.bind(performance);
  const now = (): number => RealDate.now() + (isDisturbed() ? SHIFT_MS : 0);
  // A proxy, not a class: dates from before, and dates that outlive it, are instances of one and the same `Date`.
  const date = new Proxy(RealDate, {
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 && isDisturbed() ? [now()] : given, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
  const back = [
    replace(globalThis, "Date", date),
    replace(Math, "random", () => (isDisturbed() ? 0.5 + random() / 2 : random())),
    replace(performance, "now", () => elapsed() + (isDisturbed() ? SHIFT_MS : 0)),
  ];
  return () => {
    for (const each of back) each();
  };
}

/** Gives what puts the property back as it was, unless somebody else has replaced it since. */
function replace(owner: object, key: string, by: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, key);
  const enumerable = before?.enumerable ?? false;
  Object.defineProperty(owner, key, { configurable: true, writable: true, enumerable, value: by });
  return () => {
    if (Object.getOwnPropertyDescriptor(owner, key)?.value !== by) return;
    if (before === undefined) Reflect.deleteProperty(owner, key);
    else Object.defineProperty(owner, key, before);
  };
}
