/** A promise that the test settles. */
export interface PromiseByHand<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

export function promiseByHand<Value>(): PromiseByHand<Value> {
  return Promise.withResolvers<Value>();
}

/** Microtask turns after which everything that is not waiting for the outside has settled. */
const TURNS = 32;

/** Lets settled promises take effect, without waiting for time to pass. */
export async function settle(turns = TURNS): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}
