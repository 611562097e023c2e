/** A thread that derives parts and assembles bases: neither may hold up the process that answers others. */
import { parentPort, workerData } from "node:worker_threads";
import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";
import { openDatabase } from "@tenon/postgres";
import { joinBase } from "@tenon/storage-repo";
import { argusBindings } from "../argus/bindings.ts";
import { handlersOfAds } from "../argus/handlers-of-ads.ts";
import { assembleBase } from "./assemble-base.ts";
import { PartDeriver } from "./derive-part.ts";
import { KeptParts } from "./kept-parts.ts";
import { figuresOf, writePart } from "./part-file.ts";
import type { BuildAnswer, BuildTask, BuildThreadData } from "./thread-tasks.ts";

const { databaseUrl, argus } = workerData as BuildThreadData;
const port = parentPort as NonNullable<typeof parentPort>;
const database = await openDatabase({ url: databaseUrl, connectionsMax: 1, applicationName: "tenon-base-build" });
const deriver = new PartDeriver({ handlers: handlersOfAds(ARGUS_HANDLERS), resources: argusBindings(argus) });

const kept = new KeptParts();

const { user, system } = process.threadCpuUsage();
port.postMessage({ startCpuMs: (user + system) / 1_000 } satisfies BuildAnswer);
port.on("message", async (task: BuildTask) => {
  try {
    port.postMessage({ result: await carryOut(task) } satisfies BuildAnswer);
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string };
    port.postMessage({ problem: { message, code } } satisfies BuildAnswer);
  }
});

async function carryOut(task: BuildTask): Promise<unknown> {
  if (task.kind === "assemble") return assembleBase(task.options, kept.parts);
  const { exported, range, file } = task;
  const part = await joinBase({ database, exported, reads: deriver.reads }, (snapshot, tx) =>
    deriver.derive(snapshot, tx, range),
  );
  await writePart(file, part);
  kept.add(file, part);
  return figuresOf(part);
}
