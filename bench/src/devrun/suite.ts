/** Dev runs: how fast recorded runs are repeated and edited, and how long two versions are compared. */
import type { Part, SuiteOptions } from "../harness/report.ts";

const PARTS: Readonly<Record<string, (options: SuiteOptions) => Promise<Part>>> = {
  replay: async (options) => (await import("./replay.ts")).replayPart(options),
  report: async (options) => (await import("./report.ts")).reportPart(options),
};

export const parts: readonly string[] = Object.keys(PARTS);

export async function runPart(name: string, options: SuiteOptions): Promise<Part> {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`no part "${name}"; there are ${parts.join(", ")}`);
  return part(options);
}
