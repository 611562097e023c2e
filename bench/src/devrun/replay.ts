/**
 * Replays of the committed corpora, and edits of one run, by processor time of one thread: what else the machine does
 * counts little. Not measured here: reading the file and loading models and vectors, which a report does once.
 */
import { fileURLToPath } from "node:url";
import { composeRows, replayExecutor } from "@tenon/admixer";
import { type AnyExecutor, openWhatIf, type RecordedEntry, readCorpus, replayEntry } from "@tenon/dev-run";
import { indexingExecutors } from "@tenon/indexer";
import { median } from "../harness/interleave.ts";
import { atLeast, type Part, type Row, rounded, type SuiteOptions } from "../harness/report.ts";

const CORPORA = new URL("../../../packages/dev-run/corpora/", import.meta.url);
/** A report on a thousand requests replays three thousand: base twice, head once. It shall take a minute. */
const REPLAYS_PER_SECOND_MIN = 50;
const ROUNDS = { quick: 3, full: 9 };
const EDITED_RUNS = 40;

interface Runs {
  readonly entries: readonly RecordedEntry[];
  readonly executorOf: (graph: string) => AnyExecutor;
}

function runsOf(name: string): Runs {
  const corpus = readCorpus(fileURLToPath(new URL(`${name}.runs`, CORPORA)));
  const handlers = name === "indexing" ? indexingExecutors() : new Map<string, AnyExecutor>();
  const serving = name === "serving" ? replayExecutor(corpus.header) : undefined;
  return { entries: [...corpus.entries()], executorOf: (graph) => (serving ?? handlers.get(graph)) as AnyExecutor };
}

/** Runs per second of processor time. */
async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return count / ((user + system) / 1e6);
}

async function replayAll({ entries, executorOf }: Runs): Promise<void> {
  for (const entry of entries) {
    const run = await replayEntry(executorOf(entry.recording.graph), entry, { compose: composeRows });
    if (!run.same)
      throw new Error(`run ${entry.recording.requestId} is not as recorded: make the corpora anew with npm run corpus`);
  }
}

/** One edit each, of a score late in the graph; the run without the edit is there already. */
async function editAll({ entries, executorOf }: Runs): Promise<number> {
  const edited = entries.filter(({ stratum }) => stratum.endsWith(" plain")).slice(0, EDITED_RUNS);
  const sessions = await Promise.all(
    edited.map(({ recording }) => openWhatIf(executorOf(recording.graph), recording, { compose: composeRows })),
  );
  return perSecond(edited.length, async () => {
    for (const session of sessions)
      await session.try([{ kind: "field", slot: "normalRequest", path: "adSlotsWanted", value: 1 }]);
  });
}

export async function replayPart({ quick }: SuiteOptions): Promise<Part> {
  const serving = runsOf("serving");
  const indexing = runsOf("indexing");
  await replayAll(serving);
  await replayAll(indexing);
  const rates = { serving: [] as number[], indexing: [] as number[], edits: [] as number[] };
  for (let round = 0; round < (quick ? ROUNDS.quick : ROUNDS.full); round++) {
    rates.serving.push(await perSecond(serving.entries.length, () => replayAll(serving)));
    rates.indexing.push(await perSecond(indexing.entries.length, () => replayAll(indexing)));
    rates.edits.push(await editAll(serving));
  }
  const rows = Object.entries(rates).map(
    ([workload, all]): Row => ({
      workload,
      medianPerSecond: rounded(median(all)),
      leastPerSecond: rounded(Math.min(...all)),
      mostPerSecond: rounded(Math.max(...all)),
      rounds: all.length,
    }),
  );
  const what = "requests replayed, checked and compared, per second of processor time";
  return { goals: [atLeast("replay", what, median(rates.serving), REPLAYS_PER_SECOND_MIN)], rows };
}
