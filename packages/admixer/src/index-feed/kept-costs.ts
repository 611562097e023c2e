/**
 * Costs of vector scans, kept beside the cached bases: they are of the machine, and measuring them is a fifth of a second of every
 * start. Measured anew after a week, and on another processor or runtime.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import type { OpenedBase } from "@tenon/ad-index";
import type { ScanCosts } from "@tenon/ad-index/vectors";
import type { HostClock } from "@tenon/graph-core";
import { z } from "zod";

type Search = OpenedBase["search"];

const FILE = "scan-costs.json";
const KEPT_MS = 7 * 24 * 3_600_000;

const cost = z.number().positive();
const CostsSchema = z.strictObject({
  ...{ listedRowNs: cost, listedNextNs: cost, denseStepNs: cost, denseNextNs: cost, wordNs: cost, denseWordNs: cost },
  ...{ centerNs: cost, listNs: cost, exactRowNs: cost },
} satisfies Record<keyof ScanCosts, typeof cost>);
const KeptSchema = z.strictObject({ machine: z.string(), measuredAtMs: z.number(), costs: CostsSchema });

export class KeptCosts {
  readonly #path: string;
  readonly #clock: Pick<HostClock, "nowMs">;
  readonly #machine = `${cpus()[0]?.model ?? "unknown"}, Node ${process.versions.node}`;

  constructor(cacheFolder: string, clock: Pick<HostClock, "nowMs">) {
    this.#path = join(cacheFolder, FILE);
    this.#clock = clock;
  }

  /** Empty where there are none of this machine, or none that can be read: then they are measured. */
  async read(): Promise<Search> {
    const text = await readFile(this.#path, "utf8").catch(() => "");
    const read = KeptSchema.safeParse(jsonOr(text));
    if (!read.success || read.data.machine !== this.#machine) return {};
    const ageMs = this.#clock.nowMs() - read.data.measuredAtMs;
    return ageMs >= 0 && ageMs < KEPT_MS ? { costs: read.data.costs } : {};
  }

  /** Keeps what was measured; costs that were read are as old as they are. */
  async keep({ costs }: Search): Promise<void> {
    if (costs === undefined || (await this.read()).costs !== undefined) return;
    const kept = { machine: this.#machine, measuredAtMs: this.#clock.nowMs(), costs: { ...costs } };
    await writeFile(`${this.#path}.unfinished`, JSON.stringify(kept));
    await rename(`${this.#path}.unfinished`, this.#path);
  }
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
