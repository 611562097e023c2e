/**
 * Whatever the graph and whatever is edited: running again only what lies behind the edits gives, to the byte, what
 * running everything with the edits gives. Response, every slot, every drop and its reason.
 */
import { CandidateBatch, compileGraph, createExecutor, type Graph, IdColumn, recordRun } from "@tenon/graph-core";
import { encodeValue } from "@tenon/graph-core/internal";
import { RANDOM_IDS, type RandomNode, randomGraph, randomNodes } from "@tenon/graph-testkit/random-graphs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nodeDigest } from "../replay/digest.ts";
import type { AnyExecutor } from "../replay/graph-facts.ts";
import { type ObservedRun, runRecorded } from "../replay/run-recorded.ts";
import type { Edit } from "./edit.ts";
import { rerunEdited, runEdited } from "./edited-run.ts";

const ads = CandidateBatch.of(IdColumn.from(RANDOM_IDS), {});

/** A node that fails once would not fail again: here one fails always or never. */
function alike(nodes: readonly RandomNode[]): readonly RandomNode[] {
  return nodes.map((each) => ({ ...each, failures: each.failures > 0 ? Number.POSITIVE_INFINITY : 0 }));
}

function executorOf(nodes: readonly RandomNode[]): AnyExecutor {
  const answer = async <Value>(give: () => Value): Promise<Awaited<Value>> => await give();
  const declared: Graph = randomGraph(nodes, answer);
  return createExecutor(compileGraph(declared), { resources: {} });
}

const edits = (nodes: readonly RandomNode[]): fc.Arbitrary<readonly Edit[]> => {
  const ofNode = nodes.map(({ kind }, at): fc.Arbitrary<Edit> => {
    if (kind === "number") {
      return fc.oneof(
        fc.nat(1_000).map((value) => ({ kind: "slot" as const, slot: `n${at}`, value })),
        fc.boolean().map((value) => ({ kind: "slot" as const, slot: `odd${at}`, value })),
      );
    }
    const adId = fc.constantFrom(...RANDOM_IDS);
    if (kind === "map") {
      return fc
        .tuple(adId, fc.nat(1_000))
        .map(([id, value]) => ({ kind: "ad" as const, slot: `column${at}`, adId: id, value }));
    }
    return fc.constant({ kind: "slot" as const, slot: "request", value: at });
  });
  const request = fc.nat(1_000).map((value) => ({ kind: "slot" as const, slot: "request", value }));
  return fc.uniqueArray(fc.oneof(request, ...ofNode), { minLength: 1, maxLength: 4, selector: ({ slot }) => slot });
};

/** Everything that can be compared of a run, by name. */
function seen(executor: AnyExecutor, run: ObservedRun) {
  return {
    response: run.response && Buffer.from(run.response).toString("hex"),
    failure: run.failure?.code,
    values: [...run.values]
      .map(([slot, { node, value }]) => `${slot} ${node} ${Buffer.from(encodeValue(value)).toString("hex")}`)
      .sort(),
    verdicts: executor.plan.nodes.map(({ index }) => nodeDigest(executor, run, index)),
    degraded: [...run.degraded].sort((left, right) => left - right),
    conserved: run.ledger.conserved().ok,
  };
}

async function settled<Value>(run: Promise<Value>): Promise<{ readonly value?: Value; readonly code?: string }> {
  return run.then(
    (value) => ({ value }),
    (error: { code: string }) => ({ code: error.code }),
  );
}

let compared = 0;
let ranLess = 0;

test("what-if gives what a full run with the same edits gives, on any graph", async () => {
  const cases = randomNodes.map(alike).chain((nodes) => fc.tuple(fc.constant(nodes), edits(nodes), fc.nat(1_000)));
  await fc.assert(
    fc.asyncProperty(cases, async ([nodes, chosen, request]) => {
      const executor = executorOf(nodes);
      const recorded = recordRun(executor, { request, ads }, { requestId: "random" });
      await recorded.response.catch(() => undefined);
      const before = await runRecorded(executor, recorded.recording());
      if (before.failure !== undefined) return;
      const full = await settled(runEdited(executor, recorded.recording(), chosen));
      const behind = await settled(rerunEdited(executor, recorded.recording(), before, chosen));
      expect(behind.code).toBe(full.code);
      if (full.value === undefined || behind.value === undefined) return;
      expect(seen(executor, behind.value.run)).toEqual(seen(executor, full.value));
      compared++;
      if (behind.value.rerun.length < executor.plan.nodes.length) ranLess++;
    }),
    { numRuns: 400 },
  );
  // Most graphs run, and most edits spare some nodes: else the property says nothing.
  expect(compared).toBeGreaterThan(100);
  expect(ranLess).toBeGreaterThan(compared / 2);
});
