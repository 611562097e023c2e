/** The corpora that come with Tenon are those of this version of the code. */
import { replayEntry } from "@tenon/dev-run";
import { expect, test } from "vitest";
import { committedCorpora } from "./corpora.ts";
import { Replayers } from "./executors.ts";

const corpora = committedCorpora();
const BYTES_MAX = 2 * 2 ** 20;
/** Reasons that the marketplace can bring about; the others need a source that it has not. */
const REASONS = [
  "below_floor",
  "blended_out",
  "budget_exhausted",
  "deduped",
  "error",
  "frequency_capped",
  "inflight_budget",
  "l1_trimmed",
  "lost_auction",
  "paced_out",
];

test("there is one of serving and one of indexing, small enough to be cloned", async () => {
  const { statSync } = await import("node:fs");
  expect(corpora.map(({ header }) => header.name)).toEqual(["indexing", "serving"]);
  expect(corpora.reduce((sum, { path }) => sum + statSync(path).size, 0)).toBeLessThan(BYTES_MAX);
});

test.each(corpora.map((corpus) => [corpus.header.name, corpus] as const))(
  "every run of %s gives what was recorded; after a change on purpose make them anew with `npm run corpus`",
  async (_, corpus) => {
    const replayers = new Replayers(corpus.header);
    const different: unknown[] = [];
    const reasons = new Set<string>();
    const ran = new Set<string>();
    let runs = 0;
    for (const entry of corpus.entries()) {
      const { executor, manner } = replayers.of(entry.recording.graph);
      const run = await replayEntry(executor, entry, { ...manner, versions: "recorded" });
      runs++;
      for (const reason of run.ledger.countsByReason().keys()) reasons.add(reason);
      for (const { index, wired } of executor.plan.nodes)
        if (run.outputs.has(index)) ran.add(`${entry.recording.graph} ${wired.name}`);
      if (!run.same) different.push([entry.recording.requestId, run.firstDifferent, run.failure?.message]);
    }
    expect(different).toEqual([]);
    expect(runs).toBeGreaterThan(200);
    // Every node of every graph runs in some of them.
    const nodes = corpus.header.graphs.flatMap(({ name }) =>
      replayers.of(name).executor.plan.nodes.map(({ wired }) => `${name} ${wired.name}`),
    );
    expect(nodes.filter((node) => !ran.has(node))).toEqual([]);
    if (corpus.header.name === "serving") expect([...reasons].sort()).toEqual(REASONS);
  },
  120_000,
);
