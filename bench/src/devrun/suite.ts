/** Dev runs: how fast recorded runs are repeated and edited. */
import type { Part, SuiteOptions } from "../harness/report.ts";

const PARTS: Readonly<Record<string, (options: SuiteOptions) => Promise<Part>>> = {
  replay: async (options) => (await import("./replay.ts")).replayPart(options),
};

export const parts: readonly string[] = Object.keys(PARTS);

export async function runPart(name: string, options: SuiteOptions): Promise<Part> {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`no part "${name}"; there are ${parts.join(", ")}`);
  return part(options);
}
