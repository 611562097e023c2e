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
  const restore: (() => void)[] = [];
  for (const [holder, name] of POISONED) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name);
    const poisoned = () => {
      throw new Error(`read ${name}: a node's only inputs are its slots, its resources and its context`);
    };
    // A constructor must be constructible to throw its own message; Date.now is reached through the same function.
    const stand = name === "Date" ? Object.assign(function Date() { poisoned(); }, { now: poisoned, parse: poisoned, UTC: poisoned }) : poisoned;
    Object.defineProperty(holder, name, { value: stand, configurable: true, writable: true });
    restore.push(() => {
      if (descriptor === undefined) delete (holder as unknown as Record<string, unknown>)[name];
      else Object.defineProperty(holder, name, descriptor);
    });
  }
  try {
    const result = body();
    if (result instanceof Promise) return result.finally(() => restore.forEach((undo) => undo())) as Value;
    restore.forEach((undo) => undo());
    return result;
  } catch (error) {
    restore.forEach((undo) => undo());
    throw error;
  }
}
