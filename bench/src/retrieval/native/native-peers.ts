/** The native peers of one workload: their processes, the ways each can search, and why one is missing. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Row } from "../../harness/report.ts";
import type { Unavailable } from "../contenders/contender.ts";
import { cachePath } from "../data/cache.ts";
import type { VectorSet } from "../data/vector-set.ts";
import type { Point, PointPlan, Workload } from "../data/workload.ts";
import type { Runner } from "../measure/runner.ts";
import { writePoint, writeSet } from "./files.ts";
import { PeerProcess } from "./peer-process.ts";
import type { PeerProgram } from "./programs.ts";

export class NativePeers {
  readonly runners: Runner[] = [];
  readonly rows: Row[] = [];
  /** Engines that are not among them, with the reason. */
  readonly missing: string[] = [];
  private readonly processes: PeerProcess[] = [];
  private readonly folder: string;
  private readonly set: VectorSet;

  private constructor(folder: string, set: VectorSet) {
    this.folder = folder;
    this.set = set;
  }

  /** Writes the files of the workload and builds every index, or loads what an earlier run has built. */
  static async start(
    { set, plans, point }: Workload,
    programs: Readonly<Record<string, PeerProgram | Unavailable>>,
  ): Promise<NativePeers> {
    const first = point(plans[0] as PointPlan);
    const facts = `${set.digest}-${first.tuning.length}-${first.reporting.length}`;
    const folder = join(dirname(cachePath(facts, "native")), `native-${facts}`);
    writeSet(folder, set, first);
    mkdirSync(join(folder, "indexes"), { recursive: true });
    const peers = new NativePeers(folder, set);
    try {
      for (const [name, program] of Object.entries(programs)) await peers.add(name, program);
    } catch (error) {
      await peers.close();
      throw error;
    }
    return peers;
  }

  /** Gives every process the filters of a point. `combined`: whether a query's time holds the AND of its two bitmaps. */
  async open(point: Point, combined: "asked" | "before"): Promise<void> {
    const files = writePoint(this.folder, this.set, point);
    for (const peer of this.processes) await peer.point(files, combined);
  }

  async close(): Promise<void> {
    for (const peer of this.processes) await peer.close();
  }

  private async add(name: string, program: PeerProgram | Unavailable): Promise<void> {
    const { set, folder } = this;
    const workload = `${set.count} x ${set.dimensions}, native`;
    if (typeof program !== "function") {
      this.missing.push(`${name}: ${program.unavailable}`);
      this.rows.push({ workload, contender: name, unavailable: program.unavailable });
      return;
    }
    const peer = new PeerProcess(name, program([folder, join(folder, "indexes"), `${set.count}`, `${set.dimensions}`]));
    this.processes.push(peer);
    const { version, buildCpuMs, variants } = await peer.build();
    this.runners.push(...variants.map(([variant, settings]) => peer.runner(variant, settings)));
    const costs = Object.entries(buildCpuMs).map(([index, ms]) => [`buildCpuMs ${index}`, Math.round(ms)]);
    this.rows.push({ workload, contender: name, version, ...Object.fromEntries(costs) });
  }
}
