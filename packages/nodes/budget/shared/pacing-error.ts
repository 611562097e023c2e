import { GraphError } from "@tenon/graph-core";

/** TENON1852: what a pacer is set to, or what it is told, is out of range. */
export function pacingError(problem: string, { expected, found }: { expected: string; found: unknown }): GraphError {
  return new GraphError(`pacing: ${problem}`, {
    code: "TENON1852",
    category: "input",
    detail: `expected ${expected}, found ${String(found)}`,
    hint: "a pacer needs finite numbers: guard the forecast and the division that made them",
  });
}

export function requireAmount(noun: string, value: number): void {
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
    throw pacingError(`${noun} is no amount`, { expected: "a finite number, 0 or more", found: value });
}
