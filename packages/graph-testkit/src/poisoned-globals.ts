/** Ambient inputs that would make a node's result depend on something it does not declare. */
const POISONED = [
  [globalThis, "Date"],
  [Math, "random"],
  [globalThis, "fetch"],
  [globalThis, "setTimeout"],
  [globalThis, "setInterval"],
  [globalThis, "setImmediate"],
  [performance, "now"],
  [process, "hrtime"],
  [crypto, "randomUUID"],
  [crypto, "getRandomValues"],
] as const;

/** Runs `body` with every ambient input replaced by one that throws its own name; puts them back whatever happens. */
export function withPoisonedGlobals<Value>(body: () => Value): Value {
  const undo = POISONED.map(([holder, name]) => poison(holder, name));
  const restore = (): void => {
    for (const each of undo) each();
  };
  let result: Value;
  try {
    result = body();
  } catch (error) {
    restore();
    throw error;
  }
  if (result instanceof Promise) return result.finally(restore) as Value;
  restore();
  return result;
}

/** Replaces one global; the returned function puts it back. */
function poison(holder: object, name: string): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(holder, name);
  const refuse = (): never => {
    throw new Error(`read ${name}: a node's only inputs are its slots, its resources and its context`);
  };
  // A constructor must be constructible to throw its own message; Date.now is reached through the same value.
  class Refusing {
    constructor() {
      refuse();
    }
  }
  const stand = name === "Date" ? Object.assign(Refusing, { now: refuse, parse: refuse, UTC: refuse }) : refuse;
  Object.defineProperty(holder, name, { value: stand, configurable: true, writable: true });
  return () => {
    if (descriptor === undefined) Reflect.deleteProperty(holder, name);
    else Object.defineProperty(holder, name, descriptor);
  };
}
