/** Dev runs and the studio: what a person waits for. */
import type { Part, SuiteOptions } from "../harness/report.ts";
import { type StudioAmounts, studio } from "./studio.ts";

interface Amounts {
  readonly studio: StudioAmounts;
}

const QUICK: Amounts = { studio: { requests: 20, openings: 5 } };
const FULL: Amounts = { studio: { requests: 200, openings: 15 } };

const PARTS: Readonly<Record<string, (amounts: Amounts) => Promise<Part>>> = {
  studio: (amounts) => studio(amounts.studio),
};

export const parts: readonly string[] = Object.keys(PARTS);

export function runPart(name: string, { quick }: SuiteOptions): Promise<Part> {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`suite devrun has no part "${name}"; parts: ${parts.join(", ")}`);
  return part(quick ? QUICK : FULL);
}
