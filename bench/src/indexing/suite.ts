/**
 * The indexing pipeline: how late a change is served, how fast bases are built, what lanes keep apart. Processes of their own for
 * gateway, updater and argus; the index, the advertisers and the clock are in this one. Everything shares the machine's cores.
 * Not measured here: a network, Kafka, several processes of a role.
 */
import type { Part, SuiteOptions } from "../harness/report.ts";
import { type BaseBuildAmounts, baseBuild } from "./base-build.ts";
import { type LiveAmounts, live } from "./live.ts";

interface Amounts {
  readonly live: LiveAmounts;
  readonly baseBuild: BaseBuildAmounts;
}

const QUICK: Amounts = {
  live: { ads: 600, warmUpSeconds: 3, seconds: 2, outageEdits: 100, settleMsMax: 3_000 },
  baseBuild: { sizes: [3_000], starts: 0 },
};
const FULL: Amounts = {
  live: { ads: 10_000, warmUpSeconds: 10, seconds: 20, outageEdits: 5_000, settleMsMax: 60_000 },
  baseBuild: { sizes: [3_000, 20_000, 50_000], starts: 5 },
};

const PARTS: Readonly<Record<string, (amounts: Amounts) => Promise<Part>>> = {
  live: (amounts) => live(amounts.live),
  baseBuild: (amounts) => baseBuild(amounts.baseBuild),
};

export const parts: readonly string[] = Object.keys(PARTS);

export function runPart(name: string, { quick }: SuiteOptions): Promise<Part> {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`suite indexing has no part "${name}"; parts: ${parts.join(", ")}`);
  return part(quick ? QUICK : FULL);
}
