/** A process that appends records and says which are acknowledged, until somebody kills it: `append-until-killed.ts <folder>`. */
import { RecordKind } from "../src/sink/append-sink.ts";
import { openSegmentFiles } from "../src/sink/segment-file-sink.ts";

const sink = openSegmentFiles({
  folder: process.argv[2] as string,
  header: () => ({
    graph: "g",
    planHash: "p",
    topologyHash: "t",
    slots: {},
    featureSchemas: {},
    versions: {},
    createdAtMs: 0,
  }),
  fsync: "never",
  segmentBytesMax: 200_000,
  bufferBytesMax: 1_000_000,
  keepBytesMax: 2 ** 40,
});

let next = 0;
for (;;) {
  for (let row = 0; row < 50; row++)
    sink.append({ kind: RecordKind.adEvent, payload: Buffer.from(`${next++}:${"x".repeat(next % 3_000)}`) });
  await sink.flush();
  process.stdout.write(`${next}\n`);
}
