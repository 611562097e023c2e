import { expect, test } from "vitest";
import { adRequestGraph } from "../../test/fixtures/ad-request-graph.ts";
import { drop } from "../contract/node.ts";
import { topologyOf } from "../graph/topology.ts";
import { CandidateBatch } from "../values/candidate-batch.ts";
import { IdColumn } from "../values/id-columns.ts";
import { verdictText } from "./ledger-json.ts";
import { ReasonLedger } from "./reason-ledger.ts";

const topology = topologyOf(adRequestGraph);
const positionOf = (name: string): number => topology.nodes.findIndex((node) => node.name === name);

function ledgerOfTwoStages(): ReasonLedger {
  const ledger = new ReasonLedger();
  const batch = CandidateBatch.of(IdColumn.from([71, 72, 73, 74]), {});
  const capped = batch.select([0, 2, 3]);
  ledger.stage(positionOf("capByFrequency"), batch, capped, [1], [drop("frequency_capped", 3, 5)]);
  ledger.stage(
    positionOf("paceOut"),
    capped,
    capped.select([1]),
    [0, 2],
    [drop("paced_out", 0.2, 0.31), drop("error")],
  );
  return ledger;
}

test("the funnel is shown stage by stage, with names, owners, reasons and the candidates dropped", () => {
  expect(ledgerOfTwoStages().toJson(topology)).toEqual({
    stages: [
      {
        node: "capByFrequency",
        owner: "ads-delivery",
        entered: 4,
        kept: 3,
        dropped: 1,
        byReason: { frequency_capped: 1 },
        drops: [{ id: 72, reason: "frequency_capped", threshold: 3, value: 5 }],
      },
      {
        node: "paceOut",
        owner: "ads-delivery",
        entered: 3,
        kept: 1,
        dropped: 2,
        byReason: { paced_out: 1, error: 1 },
        drops: [
          { id: 71, reason: "paced_out", threshold: 0.2, value: 0.31 },
          { id: 74, reason: "error", threshold: null, value: null },
        ],
      },
    ],
    entered: 4,
    kept: 1,
    dropped: 3,
    conserved: true,
    breaches: [],
  });
});

test("a breach is shown with the nodes on both sides of it", () => {
  const ledger = new ReasonLedger();
  const batch = CandidateBatch.of(IdColumn.from([71, 72]), {});
  ledger.stage(positionOf("capByFrequency"), batch, batch, [], []);
  const rest = batch.select([1]);
  ledger.stage(positionOf("paceOut"), rest, rest, [], []);
  expect(ledger.toJson(topology)).toMatchObject({
    conserved: false,
    breaches: [{ kind: "between", node: "paceOut", after: "capByFrequency", ids: [71] }],
  });
  expect(verdictText(ledger.explain(71), topology)).toBe(
    'candidate 71 was lost after "capByFrequency" (owner ads-delivery), without a reason',
  );
});

test("the verdict names node, owner, reason, value and threshold", () => {
  const ledger = ledgerOfTwoStages();
  expect(verdictText(ledger.explain(71), topology)).toBe(
    'candidate 71 was dropped by "paceOut" (owner ads-delivery): paced_out, 0.31 against 0.2',
  );
  expect(verdictText(ledger.explain(74), topology)).toBe(
    'candidate 74 was dropped by "paceOut" (owner ads-delivery): error',
  );
  expect(verdictText(ledger.explain(73), topology)).toBe(
    'candidate 73 was kept by every filter, last by "paceOut" (owner ads-delivery)',
  );
  expect(verdictText(ledger.explain(99), topology)).toBe('candidate 99 never entered a filter of graph "ad-request"');
});
