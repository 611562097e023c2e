/**
 * Begins a file of recorded runs and never ends it: a program for `killed.test.ts`, which kills it. After each step it
 * says how far it is, and goes on when it is told to.
 *
 *     node --conditions=@tenon/source write-until-killed.ts writer|recorder PATH
 */
import { once } from "node:events";
import { corpusGraphOf } from "../src/corpus/corpus-graph.ts";
import { CorpusWriter } from "../src/corpus/corpus-writer.ts";
import { recordEntry } from "../src/record/record-entry.ts";
import { RECORDER_BOUNDS } from "../src/record/recorder-bounds.ts";
import { RunRecorder } from "../src/record/run-recorder.ts";
import { FACTS, shopExecutor } from "./small-shop.ts";

const [what, path = ""] = process.argv.slice(2);
const executor = shopExecutor();
const graphs = [corpusGraphOf(executor)];
const header = { name: "killed", madeBy: "a test", madeAtMs: 1, graphs, bindings: {} };
const make = (requestId: string) =>
  recordEntry(executor, { wanted: { floor: 3, shop: "corner" } }, FACTS, { requestId, nowMs: 1_000 });

async function told(step: object): Promise<void> {
  process.send?.(step);
  await once(process, "message");
}

/** One block of the file with every step. */
async function writer(): Promise<void> {
  const corpus = new CorpusWriter(path, header);
  const { entry } = await make("large");
  const noise = Uint8Array.from({ length: 2 ** 20 }, (_, at) => Math.imul(at + 1, 2_654_435_761) >>> 24);
  const large = { ...entry, recording: { ...entry.recording, request: noise } };
  for (;;) {
    await told({ bytes: corpus.bytes });
    for (const { bytes } = corpus; corpus.bytes === bytes; ) corpus.add(large);
  }
}

/** One file of the folder with every step, of two runs; a third waits for the next. */
async function recorder(): Promise<void> {
  const runs = new RunRecorder({
    ...{ folder: path, share: 1, header: () => header, versions: () => "1", isBusy: () => false },
    onTrouble: (message, error) => process.stderr.write(`${message}: ${error}\n`),
    bounds: { ...RECORDER_BOUNDS, pauseMs: 0, entriesMax: 2 },
  });
  for (let file = 0; ; file++) {
    for (const requestId of [0, 1, 2].map((at) => `run-${file * 3 + at}`)) {
      runs.offer({ requestId, rare: false, strata: () => [requestId], make: () => make(requestId) });
    }
    await runs.idle();
    await told({ files: runs.counts.filesWritten });
  }
}

await (what === "writer" ? writer() : recorder());
