/**
 * kafkajs 2.2.4 starts a timer with a negative delay per connection, of which Node 24 warns (tulios/kafkajs#1751); the timer
 * then fires at once, which is what it was meant to do. That warning, from that client, is dropped; every other one passes.
 */
let filtered = false;

export function dropNegativeTimeoutWarning(): void {
  if (filtered) return;
  filtered = true;
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (...args: unknown[]): void => {
    if (!isFromKafkajs(args, new Error("where").stack ?? "")) emitWarning(...args);
  };
}

/** @param args of `process.emitWarning`: text, then its type or options that name it */
export function isFromKafkajs([, type]: readonly unknown[], stack: string): boolean {
  const name = typeof type === "object" && type !== null ? (type as { type?: unknown }).type : type;
  return name === "TimeoutNegativeWarning" && /[\\/]node_modules[\\/]kafkajs[\\/]/.test(stack);
}
