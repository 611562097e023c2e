/** A thread that derives parts and assembles bases: neither may hold up the process that answers others. */
import { parentPort, workerData } from "node:worker_threads";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { openDatabase } from "@tenon/postgres";
import { joinBase } from "@tenon/storage-repo";
import { RowDeriver } from "@tenon/stream-runtime";
import { type ArgusSettings, argusBindings } from "../argus/bindings.ts";
import { handlersOfAds } from "../argus/handlers-of-ads.ts";
import { type AssembleOptions, assembleBase } from "./assemble-base.ts";
import { deltasSlotOf, derivePart, type KeyRange, PART_READS } from "./derive-part.ts";
import { writePart } from "./part-file.ts";

export interface BuildThreadData {
  readonly databaseUrl: string;
  readonly argus: ArgusSettings;
}

export type BuildTask =
  | {
      readonly kind: "derive";
      readonly exported: string;
      readonly range: KeyRange;
      readonly file: string;
    }
  | { readonly kind: "assemble"; readonly options: AssembleOptions };

export interface BuildAnswer {
  readonly result?: unknown;
  /** Plain data: errors do not cross threads whole. */
  readonly problem?: { readonly message: string; readonly code: string | undefined };
}

const { databaseUrl, argus } = workerData as BuildThreadData;
const port = parentPort as NonNullable<typeof parentPort>;
const database = await openDatabase({ url: databaseUrl, connectionsMax: 1, applicationName: "tenon-base-build" });
const handlers = handlersOfAds(ARGUS_HANDLERS);
const deriver = new RowDeriver({ handlers, resources: argusBindings(argus) });

port.on("message", async (task: BuildTask) => {
  try {
    port.postMessage({ result: await carryOut(task) } satisfies BuildAnswer);
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string };
    port.postMessage({ problem: { message, code } } satisfies BuildAnswer);
  }
});

async function carryOut(task: BuildTask): Promise<unknown> {
  if (task.kind === "assemble") return assembleBase(task.options);
  const { exported, range, file } = task;
  const part = await joinBase({ database, exported, reads: [...PART_READS, ...deriver.reads] }, (snapshot) =>
    derivePart({ snapshot, deriver, deltasSlot: deltasSlotOf(handlers), range }),
  );
  await writePart(file, part);
  const { ads, deletions, failures, failureCount } = part;
  return { ads: ads.length, deletions: deletions.length, failures, failureCount };
}
