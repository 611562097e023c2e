/**
 * Builds the base index from a snapshot of the repository with the handlers of the live path, and publishes it when its gates
 * agree.
 *
 * B1 The end of the topic of index deltas is read before the snapshot is taken. A message is in the log only after its commit, so
 *    everything before that offset is in the snapshot: the base holds it, and a server replays from there on.
 * B2 A build that was killed goes on with the parts that are there, under its first watermark. Parts of a later snapshot hold more
 *    than the watermark says; what they hold beyond it comes again as deltas, and versions decide.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type ObjectStore, publishBase, type StandardBounds, standardGates } from "@tenon/ad-index/publish";
import type { EventLog } from "@tenon/event-log/api";
import { type HostClock, systemClock } from "@tenon/graph-core";
import { IndexDeltas } from "@tenon/nodes";
import type { Database } from "@tenon/postgres";
import { watermarkToJson, withBase } from "@tenon/storage-repo";
import type { ArgusSettings } from "../argus/bindings.ts";
import { indexerError } from "../indexer-error.ts";
import type { Json, JsonRecord, RunContext, Workflow } from "../workflows/workflow.ts";
import { BuildThreads } from "./build-threads.ts";
import { type KeyRange, RANGE_READS, rangesOf } from "./pages-of-range.ts";
import { figuresOf, type PartFigures, readPart } from "./part-file.ts";

export interface BaseBuildOptions {
  readonly database: Database;
  /** For the threads, which connect by themselves. */
  readonly databaseUrl: string;
  readonly log: EventLog;
  readonly bases: ObjectStore;
  /** Parts and files of builds; a build leaves nothing there when it has ended well. */
  readonly workFolder: string;
  readonly argus: ArgusSettings;
  readonly schedule: string | null;
  /** Threads that derive beside one another. Default 2. */
  readonly threads?: number;
  /** Ads of one part: what a killed build does again. Default 5,000. */
  readonly adsPerPart?: number;
  readonly gates?: StandardBounds;
  /** Largest share of ads whose derivation may fail. Default 0.001. */
  readonly failedMax?: number;
  readonly clock?: HostClock;
}

const THREADS = 2;
const ADS_PER_PART = 5_000;
const FAILED_MAX = 0.001;

interface Plan {
  readonly name: string;
  readonly watermark: number;
  readonly feed: string;
  readonly ranges: readonly KeyRange[];
}

export function baseBuild(options: BaseBuildOptions): Workflow {
  return {
    name: "base-build",
    owner: "ads-indexing",
    purpose: "builds the base index from a snapshot and publishes it",
    schedule: options.schedule,
    options: { force: "publish although gates fail, with this reason" },
    run: (context) => new BaseBuild(options, context).run(),
  };
}

class BaseBuild {
  readonly #options: BaseBuildOptions;
  readonly #context: RunContext;
  readonly #clock: HostClock;

  constructor(options: BaseBuildOptions, context: RunContext) {
    this.#options = options;
    this.#context = context;
    this.#clock = options.clock ?? systemClock;
  }

  async run(): Promise<JsonRecord> {
    const { databaseUrl, argus, threads: count = THREADS } = this.#options;
    const startedMs = this.#clock.monotonicMs();
    const plan = await this.#planned();
    await mkdir(this.#folderOf(plan), { recursive: true });
    // A thread costs a second of work before it does any.
    const threads = new BuildThreads(Math.min(count, plan.ranges.length), { databaseUrl, argus });
    try {
      const figures = await this.#derive(plan, threads);
      this.#context.signal.throwIfAborted();
      const derivedMs = this.#clock.monotonicMs();
      const result = await this.#publish(plan, threads, figures);
      await rm(this.#folderOf(plan), { recursive: true, force: true });
      const endMs = this.#clock.monotonicMs();
      const took = { deriveMs: Math.round(derivedMs - startedMs), publishMs: Math.round(endMs - derivedMs) };
      return { ...result, ...took, startCpuMs: threads.startCpuMs };
    } finally {
      await threads.close();
    }
  }

  /** Of the first attempt, if there was one (B2); B1 otherwise. */
  async #planned(): Promise<Plan> {
    const { saved, runId } = this.#context;
    if (saved !== undefined) return saved as unknown as Plan;
    const { log, database, adsPerPart = ADS_PER_PART } = this.#options;
    const [partition] = await log.offsets(IndexDeltas.name);
    const watermark = partition?.end ?? 0;
    const plan = await withBase({ database }, async (base) => ({
      name: `base-${new Date(this.#clock.nowMs())
        .toISOString()
        .replace(/[^0-9]/g, "")
        .slice(0, 14)}-${runId}`,
      watermark,
      feed: watermarkToJson(base.watermark),
      ranges: await base.export(RANGE_READS, (snapshot) => rangesOf(snapshot, adsPerPart)),
    }));
    await this.#context.step({ done: 0, saved: plan as unknown as JsonRecord });
    return plan;
  }

  async #derive(plan: Plan, threads: BuildThreads): Promise<readonly PartFigures[]> {
    const figures = await Promise.all(plan.ranges.map((_, index) => this.#built(plan, index)));
    const missing = plan.ranges.flatMap((range, index) => (figures[index] === undefined ? [{ range, index }] : []));
    let done = sumOf(figures);
    if (missing.length > 0)
      await withBase({ database: this.#options.database }, async ({ exported }) => {
        await Promise.all(
          missing.map(async ({ range, index }) => {
            this.#context.signal.throwIfAborted();
            const file = this.#fileOf(plan, index);
            const made = await threads.run<PartFigures>({ kind: "derive", exported, range, file });
            figures[index] = made;
            done += made.ads;
            await this.#context.step({ done });
          }),
        );
      });
    return figures as readonly PartFigures[];
  }

  async #built(plan: Plan, index: number): Promise<PartFigures | undefined> {
    const part = await readPart(this.#fileOf(plan, index));
    return part && figuresOf(part);
  }

  async #publish(plan: Plan, threads: BuildThreads, figures: readonly PartFigures[]): Promise<JsonRecord> {
    const { bases, gates: bounds, clock = systemClock } = this.#options;
    const failures = figures.flatMap((part) => part.failures);
    const failureCount = figures.reduce((sum, part) => sum + part.failureCount, 0);
    const ads = sumOf(figures);
    const collected = figures.reduce((sum, part) => sum + part.collected, 0);
    this.#requireDerived(ads, failureCount, failures);
    const { name, watermark, feed, ranges } = plan;
    const folder = join(this.#folderOf(plan), "files");
    const partFiles = ranges.map((_, index) => this.#fileOf(plan, index));
    const assemble = { name, watermark, feed, partFiles, folder, builtAtMs: clock.nowMs() };
    const build = await threads.run<Awaited<ReturnType<typeof import("./assemble-base.ts").assembleBase>>>({
      kind: "assemble",
      options: assemble,
    });
    this.#context.signal.throwIfAborted();
    await this.#context.step({ done: ads, total: ads });
    const reason = this.#context.options["force"];
    const { manifest } = await publishBase(bases, build, {
      gates: standardGates(bounds),
      ...(typeof reason === "string" && { force: { reason } }),
    });
    const passed = manifest.gates.map(({ id, ok, detail }) => ({ id, ok, detail }));
    return { base: name, ads, collected, watermark, failureCount, gates: passed as unknown as Json };
  }

  /** Too many failures are a broken handler: a base without these ads would hide them. */
  #requireDerived(ads: number, failureCount: number, failures: PartFigures["failures"]): void {
    const share = ads + failureCount === 0 ? 0 : failureCount / (ads + failureCount);
    if (share <= (this.#options.failedMax ?? FAILED_MAX)) return;
    const [first] = failures;
    throw indexerError("derivationFailed", `${failureCount} of ${ads + failureCount} ads could not be derived`, {
      detail: `the first: ad ${first?.adId}, ${first?.reason}`,
      hint: "mend the handler that is named, or the rows it reads; the base that serves stays",
    });
  }

  #folderOf({ name }: Plan): string {
    return join(this.#options.workFolder, name);
  }

  #fileOf(plan: Plan, index: number): string {
    return join(this.#folderOf(plan), `part-${String(index).padStart(6, "0")}`);
  }
}

function sumOf(figures: readonly (PartFigures | undefined)[]): number {
  return figures.reduce((sum, part) => sum + (part?.ads ?? 0), 0);
}
