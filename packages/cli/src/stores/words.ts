/** Numbers and times as people read them. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const UNITS = [
  [DAY_MS, "d"],
  [HOUR_MS, "h"],
  [MINUTE_MS, "min"],
  [SECOND_MS, "s"],
] as const;

/** `3 min`: the largest unit of which there are two or more, else the next one. */
export function duration(ms: number): string {
  for (const [size, unit] of UNITS)
    if (ms >= 2 * size || (ms >= size && unit === "s")) return `${Math.floor(ms / size)} ${unit}`;
  return `${Math.floor(ms)} ms`;
}

/** A stored reason often begins with its code. */
export function withoutCode(reason: string, code: string): string {
  return reason.startsWith(`${code} `) ? reason.slice(code.length + 1) : reason;
}

/** To the second, in UTC. */
export function timeText(ms: number | undefined): string {
  return ms === undefined || !Number.isFinite(ms) ? "" : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

export function bytesText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 1 ? `${Math.round(bytes / 1_024)} kB` : `${mebibytes.toFixed(1)} MB`;
}
