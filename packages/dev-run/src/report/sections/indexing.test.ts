/** What is said of an index by two versions: convergence, cost, and who must look. */
import { expect, test } from "vitest";
import type { IndexingAnswer, IndexingCost } from "../../versions/protocol.ts";
import { indexingFindings } from "../findings/indexing-findings.ts";
import type { ReportInput } from "../report-input.ts";
import { convergence, indexing } from "./indexing.ts";

function cost(more: Partial<IndexingCost> = {}): IndexingCost {
  const counts = { runs: { offer: 2, servable: 1 }, writes: { offer: 2, servable: 1 }, sent: { servable: 1 } };
  return { kind: "bid", ...counts, messages: 1, messageBytes: 100, chain: ["offer", "servable"], ...more };
}

/** The first cost is the load. */
function answer(more: Partial<IndexingAnswer> = {}): IndexingAnswer {
  const costs = [cost({ kind: "load", runs: { offer: 900 }, writes: { offer: 900 } }), cost(), cost()];
  const compared = { changes: 3, groupsCompared: 10, documentsCompared: 5, differentCount: 0 };
  return { ...compared, different: [], failures: [], costs, ...more };
}

const place = { file: "graphs/indexing/offer.graph.ts", line: 3, column: 5 };
const graphs = ["offer", "servable"].map((name) => ({
  name,
  nodes: ["derive", "tell"].map((verb) => ({ name: `${verb} ${name}`, owner: `team of ${name}`, head: { place } })),
  head: {
    topology: {
      graph: { owner: `team of ${name}` },
      respond: [`${name}Writes`, `${name}Messages`],
      slots: [
        { key: `${name}Writes`, producer: `derive ${name}` },
        { key: `${name}Messages`, producer: `tell ${name}` },
      ],
    },
  },
}));

function input(indexingOf: ReportInput["indexing"], gates: ReportInput["gates"] = {}): ReportInput {
  return { indexing: indexingOf, gates, compared: { graphs } } as unknown as ReportInput;
}

const TIMES = {
  base: new Map([
    ["offer", 0.1],
    ["servable", 0.2],
  ]),
  head: new Map([
    ["offer", 0.4],
    ["servable", 0.2],
  ]),
};

test("a change costs the mean of its kind, the load left out; times are those of the runs of each version", () => {
  const told = indexing(input({ base: [answer()], head: [answer()] }), TIMES);
  expect(told?.costs).toHaveLength(1);
  const [bid] = told?.costs ?? [];
  expect(bid).toMatchObject({
    kind: "bid",
    changes: 2,
    head: { runs: 3, writes: 3, messages: 1, messageBytes: 100, hops: 2 },
  });
  expect(bid?.base?.chainMs).toBeCloseTo(0.3);
  expect(bid?.head?.chainMs).toBeCloseTo(0.6);
  expect(bid?.head?.workMs).toBeCloseTo(2 * 0.4 + 0.2);
});

test("an index that converges says how much was compared; one without changes was not checked", () => {
  const one = input({ base: [], head: [answer()] });
  expect(indexing(one, TIMES)?.costs[0]).toMatchObject({ base: null, head: { hops: 2 } });
  expect(indexingFindings(one)).toEqual([]);
  expect(convergence(one, 7)).toMatchObject({
    outcome: "equal",
    detail: expect.stringContaining("5 documents and 10 groups"),
  });
  expect(convergence(input({ base: [], head: [] }), 0).outcome).toBe("notChecked");
});

test("an index that does not converge fails the report, once, at the first handler, with what follows from it", () => {
  const differs = (handler: string, what: string) => ({
    ...{ handler, owner: `team of ${handler}`, what, key: "17", path: "bid" },
    ...{ deltas: "1", base: "2" },
  });
  const different = [differs("offer", "ad_document.offer"), differs("servable", "document")];
  const broken = answer({ differentCount: 9, different });
  const [found, ...others] = indexingFindings(input({ base: [answer()], head: [broken] }));
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    kind: "documents",
    severity: "fail",
    graph: "offer",
    node: "derive offer",
    owner: "team of offer",
  });
  expect(found).toMatchObject({
    place,
    entriesAffected: 9,
    entriesCompared: 15,
    downstream: [{ node: "servable", owner: "team of servable" }],
  });
  expect(found?.title).toContain("for key 17, ad_document.offer, bid, deltas leave 1 and a base holds 2");
  expect(found?.effect).toHaveLength(1);
  const told = answer({ differentCount: 1, different: [differs("servable", "document")] });
  expect(indexingFindings(input({ base: [answer()], head: [told] }))[0]?.node).toBe("tell servable");
  const [known] = indexingFindings(input({ base: [broken], head: [broken] }));
  expect(known?.effect).toContain("9 do so in the base, too");
  expect(convergence(input({ base: [], head: [broken] }), 7).outcome).toBe("different");
});

test("keys that could not be derived leave it open whether it converges", () => {
  const failures = [{ path: "base", handler: "offer", key: "17", reason: "bad luck" }] as const;
  expect(convergence(input({ base: [], head: [answer({ failures })] }), 7).outcome).toBe("notChecked");
});

test("a handler that writes more for a change than its team lets it is a finding of that team", () => {
  const more = answer({ costs: [cost({ kind: "load" }), cost({ writes: { offer: 3, servable: 1 } }), cost()] });
  const both = { base: [answer()], head: [more] };
  const [found, ...others] = indexingFindings(input(both));
  expect(others).toEqual([]);
  expect(found).toMatchObject({ kind: "documents", severity: "review", graph: "offer", owner: "team of offer" });
  expect(found?.title).toContain("writes 2 → 2.5 rows and messages for a change, budget 10 % more");
  const gates = { "team of offer": { writes: 0.25, tolerances: {}, metrics: {} } };
  expect(indexingFindings(input(both, gates))).toEqual([]);
  expect(indexingFindings(input({ base: [more], head: [answer()] }))).toEqual([]);
  const messages = answer({ costs: [cost({ kind: "load" }), cost({ sent: { servable: 4 } }), cost()] });
  expect(indexingFindings(input({ base: [answer()], head: [messages] }))[0]?.graph).toBe("servable");
});
