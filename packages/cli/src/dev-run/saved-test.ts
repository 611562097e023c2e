/** A run as a test: a file that vitest runs, and the run beside it. */
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type AdVerdict, type CorpusHeader, type Edit, type RecordedEntry, writeCorpus } from "@tenon/dev-run";
import { adRequest } from "@tenon/graphs";

export interface SavedTest {
  readonly header: CorpusHeader;
  readonly entry: RecordedEntry;
  readonly edits: readonly Edit[];
  /** Verdicts that the test shall hold. */
  readonly verdicts: readonly AdVerdict[];
}

/** Writes `file`, and `file` with the ending `.runs` instead of `.ts`. */
export function saveTest(file: string, { header, entry, edits, verdicts }: SavedTest): void {
  const runs = file.replace(/(\.ts)?$/, ".runs");
  writeCorpus(runs, header, (writer) => writer.add(entry));
  const { graph, requestId } = entry.recording;
  const isServing = graph === adRequest.name;
  const host = isServing ? 'import { composeRows, replayExecutor } from "@tenon/admixer";' : "";
  const indexer = isServing ? "" : 'import { indexingExecutors } from "@tenon/indexer";';
  const executor = isServing ? "replayExecutor(corpus.header)" : `indexingExecutors().get(${JSON.stringify(graph)})`;
  const manner = isServing ? '{ versions: "asBound", compose: composeRows }' : '{ versions: "asBound" }';
  const lines = [
    `/** Saved by \`tenon replay ${requestId}\`. */`,
    host,
    `import { findEntry, readCorpus, replayEntry${edits.length + verdicts.length > 0 ? ", whatIf" : ""} } from "@tenon/dev-run";`,
    indexer,
    'import { expect, test } from "vitest";',
    "",
    `const corpus = readCorpus(new URL(${JSON.stringify(basename(runs))}, import.meta.url).pathname);`,
    `const entry = findEntry(corpus, ${JSON.stringify(requestId)});`,
    `const executor = ${executor} as never;`,
    `const manner = ${manner} as const;`,
    "",
    ...(edits.length === 0 ? sameTest(graph) : []),
    ...(edits.length + verdicts.length > 0 ? verdictTest(edits, verdicts) : []),
  ];
  writeFileSync(file, `${lines.filter((line, at) => line !== "" || lines[at - 1] !== "").join("\n")}\n`);
}

function sameTest(graph: string): readonly string[] {
  return [
    `test("the recorded run of graph \\"${graph}\\" gives what it gave", async () => {`,
    "  const run = await replayEntry(executor, entry, manner);",
    "  expect(run.failure).toBeUndefined();",
    "  expect(run.firstDifferent).toBeUndefined();",
    "  expect(run.same).toBe(true);",
    "});",
    "",
  ];
}

function verdictTest(edits: readonly Edit[], verdicts: readonly AdVerdict[]): readonly string[] {
  const adIds = verdicts.map(({ adId }) => adId);
  const held = verdicts.map(({ adId, fate, node, reason }) => ({ adId, fate, node, reason }));
  return [
    `test("${edits.length === 0 ? "its ads" : "with the edits its ads"} have the verdicts they had", async () => {`,
    `  const edits = ${JSON.stringify(edits)} as const;`,
    `  const { ads, after } = await whatIf(executor, entry.recording, edits, { ...manner, adIds: ${JSON.stringify(adIds)} });`,
    "  expect(after.failure).toBeUndefined();",
    `  expect(ads.map(({ after: verdict }) => verdict)).toMatchObject(${JSON.stringify(held)});`,
    "});",
  ];
}
