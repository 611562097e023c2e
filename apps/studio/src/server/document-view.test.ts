import type { DocumentFacts } from "@tenon/indexer/operate";
import { expect, test } from "vitest";
import { DocumentViewSchema } from "../data/document-view.ts";
import { documentView } from "./document-view.ts";
import { freshFacts } from "./testing/document-facts.ts";

const holding = (facts: DocumentFacts) =>
  documentView(facts)
    .ladder.filter(({ answer }) => answer === "holds")
    .map(({ rung }) => rung);

test("a document that is up to date: no rung holds, and the largest gap is told with its owner", () => {
  const view = documentView(freshFacts());
  expect(DocumentViewSchema.parse(view)).toEqual(view);
  expect(holding(freshFacts())).toEqual([]);
  expect(view).toMatchObject({ fresh: true, sentence: "Ad 7 is up to date: version 5 is served by 1 of 1 hosts." });
  expect(view.largestGap).toEqual({
    from: "published",
    to: "h serves 5",
    owner: "ads-serving",
    ms: 200,
    targetMs: 10_000,
  });
});

test("each stop has the time it was done at: a slow handler is the gap, and its owner is named", () => {
  const [offer] = freshFacts().groups;
  const slow = { ...freshFacts(), groups: [{ ...offer, writtenAtMs: 1_290 }] } as DocumentFacts;
  const times = documentView(slow).hops.map(({ lane, processAtMs }) => [lane, processAtMs]);
  expect(times).toEqual([
    ["ads database", 1_000],
    ["updater", 1_100],
    ["handlers", 1_290],
    ["document", 1_220],
    ["published", 1_300],
    ["hosts", 1_500],
  ]);
  const late = { ...slow, delta: undefined, hosts: [] } as DocumentFacts;
  expect(documentView({ ...late, atMs: 1_300 }).largestGap).toMatchObject({
    ...{ from: "written to the repository", to: "derived by its handlers" },
    ...{ owner: "ads-auction", ms: 190 },
  });
});

test("what the change feed has forgotten is no stop, and what was written before the change is of an earlier one", () => {
  const forgotten = { writtenAtMs: null };
  const { sources, groups, servable, ...facts } = freshFacts();
  const none = {
    ...facts,
    sources: sources.map((source) => ({ ...source, inRepo: { ...source.inRepo, ...forgotten } })),
    groups: groups.map((group) => ({ ...group, ...forgotten })),
    servable: servable && { ...servable, writtenAtMs: 900 },
  };
  expect(documentView(none).largestGap).toMatchObject({
    ...{ from: "the newest change at the source", to: "published", ms: 300, owner: "ads-streams" },
  });
});

test.each<[string, Partial<DocumentFacts>, string]>([
  [
    "waitingInTopic",
    {
      sources: [
        {
          ...freshFacts().sources[0],
          change: { topic: "source-changes", partition: 0, offset: 4, task: "gateway-changes", lag: 2 },
        },
      ] as never,
    },
    "source-changes",
  ],
  [
    "parkedRecord",
    {
      parked: [
        { task: "updater-high", key: "ad:7", code: "TENON1201", reason: "node failed", owner: "ads-data" },
      ] as never,
    },
    "updater-high",
  ],
  [
    "workParked",
    {
      work: [
        {
          handler: "ad-offer",
          key: 7,
          lane: "high",
          parked: true,
          attempts: 3,
          code: "TENON1201",
          reason: "node failed",
          ageMs: 5,
        },
      ],
    },
    "ad-offer",
  ],
  [
    "workWaiting",
    {
      work: [
        { handler: "ad-offer", key: 7, lane: "low", parked: false, attempts: 0, code: null, reason: null, ageMs: 5 },
      ],
    },
    "ad-offer",
  ],
  [
    "notServable",
    { servable: { isServable: false, missing: ["ad.budget"], version: null, sourceAtMs: null, writtenAtMs: null } },
    "document",
  ],
  ["inOutbox", { outbox: [{ task: null, topic: "index-deltas", key: "7", ageMs: 9 }] }, "index-deltas"],
  ["hostNotLoaded", { hosts: [{ url: "h", version: 4, appliedAtMs: null, offset: null, problem: undefined }] }, "h"],
])("%s: the rung that was planted holds, with what it rests on", (rung, planted, evidence) => {
  const facts = { ...freshFacts(), ...planted };
  const view = documentView(facts);
  expect(holding(facts)).toEqual([rung]);
  expect(view.fresh).toBe(false);
  expect(view.ladder.find((each) => each.rung === rung)?.evidence.map(({ label }) => label)).toContain(evidence);
});

test("while it is stale, the time since the newest change is a gap, and whoever has to act owns it", () => {
  const facts = {
    ...freshFacts(),
    atMs: 60_000,
    hosts: [{ url: "h", version: 4, appliedAtMs: null, offset: null, problem: undefined }],
  };
  expect(documentView(facts).largestGap).toMatchObject({ to: "now", owner: "ads-serving", ms: 58_700 });
});
