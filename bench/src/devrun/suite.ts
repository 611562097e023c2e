/** Dev runs and the studio: what a person waits for. */
import type { Part, SuiteOptions } from "../harness/report.ts";
import type { StudioAmounts } from "./studio.ts";

const STUDIO: Readonly<Record<"quick" | "full", StudioAmounts>> = {
  quick: { requests: 20, openings: 5 },
  full: { requests: 200, openings: 15 },
};

const PARTS: Readonly<Record<string, (options: SuiteOptions) => Promise<Part>>> = {
  replay: async (options) => (await import("./replay.ts")).replayPart(options),
  studio: async ({ quick }) => (await import("./studio.ts")).studio(STUDIO[quick ? "quick" : "full"]),
  report: async (options) => (await import("./report.ts")).reportPart(options),
};

export const parts: readonly string[] = Object.keys(PARTS);

export function runPart(name: string, options: SuiteOptions): Promise<Part> {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`suite devrun has no part "${name}"; parts: ${parts.join(", ")}`);
  return part(options);
}
