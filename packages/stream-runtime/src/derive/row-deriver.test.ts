import { graph, node, slot } from "@tenon/graph-core";
import { entity, type Key, read, versionOf, type WriteSet, WriteSetBuilder, writeSetSchema } from "@tenon/storage-repo";
import { ModelRepo } from "@tenon/storage-repo/model";
import { expect, test } from "vitest";
import { z } from "zod";
import { Ad, Advertiser, adLabels, Campaign, Group, LabelRead, labelOf, TREE } from "../../test/tree-world.ts";
import { type Handler, handler, ownRow } from "../change/handler.ts";
import { rowSchema, WorkItem } from "../change/row-schema.ts";
import { RowDeriver } from "./row-deriver.ts";

const owner = "ads-streams" as const;

/** What is shown of an ad: made of its label, which another handler makes. */
const Shown = entity("tree_shown", {
  ...{ owner, purpose: "labels in capitals", key: z.int() },
  groups: { text: { owner, class: "content", columns: { text: z.string() } } },
});
const OwnLabel = slot("ownLabel", z.nullable(rowSchema(LabelRead)), { owner });
const ShownWrites = slot("shownWrites", writeSetSchema([Shown]), { owner, leaves: "outside" });
const showAd = node({
  owner,
  purpose: "writes labels in capitals",
  reads: [OwnLabel, WorkItem],
  writes: [ShownWrites],
  run: ({ ownLabel, workItem: { key, version } }) => {
    const text = ownLabel?.columns.label ?? "nothing";
    if (text.startsWith("13/")) throw new Error("bad luck");
    const writes: WriteSet = new WriteSetBuilder()
      .write(Shown, "text", { key: key as number, version, columns: { text: text.toUpperCase() } })
      .build();
    return { shownWrites: writes as never };
  },
});
const adsShown: Handler = handler({
  ...{ name: "ads-shown", owner, purpose: "labels in capitals" },
  inputs: [ownRow(OwnLabel, LabelRead)],
  graph: graph({
    ...{ name: "ads-shown", owner, request: [OwnLabel, WorkItem], nodes: { showAd }, respond: [ShownWrites] },
  }),
  writes: ShownWrites,
  produces: [{ entity: Shown, groups: ["text"] }],
});

const VERSION = versionOf(0, 1);

/** Ads 1 to 4 of two groups; the campaign of the second is not there. Ad 2's stored label is wrong. */
async function world(): Promise<ModelRepo> {
  const repo = new ModelRepo([...TREE, Shown], { nowMs: () => 0 });
  const builder = new WriteSetBuilder()
    .write(Advertiser, "facts", { key: 1, version: VERSION, columns: { brand: 77 } })
    .write(Campaign, "facts", { key: 1, version: VERSION, columns: { budget: 500, advertiserId: 1 } })
    .write(Group, "facts", { key: "a", version: VERSION, columns: { bid: 10, campaignId: 1 } })
    .write(Group, "facts", { key: "b", version: VERSION, columns: { bid: 20, campaignId: 9 } });
  for (const [key, groupId] of [
    [1, "a"],
    [2, "a"],
    [3, "b"],
    [4, "c"],
  ] as const)
    builder.write(Ad, "facts", { key, version: VERSION, columns: { creative: key + 10, groupId } });
  builder.write(Ad, "label", { key: 2, version: VERSION, columns: { label: "an old mistake" } });
  await repo.tx((tx) => tx.write(builder.build()));
  return repo;
}

const derive = async (repo: ModelRepo, handlers: readonly Handler[], keys: readonly Key[]) => {
  const deriver = new RowDeriver({ handlers, resources: {}, checkedShare: 1 });
  return repo.read(deriver.reads, (snapshot) => deriver.derive(snapshot, keys, () => versionOf(0, 7)));
};

test("keys are derived from the rows above them, in one pass, with what would be sent", async () => {
  const derived = await derive(await world(), [adLabels], [1, 2, 3, 4]);
  expect(derived.map(({ groups }) => groups.get("tree_ad.label")?.columns)).toEqual([
    { label: labelOf([11, 10, 500, 77]) },
    { label: labelOf([12, 10, 500, 77]) },
    { label: labelOf([13, 20, null, null]) },
    { label: labelOf([14, null, null, null]) },
  ]);
  expect(derived[0]?.messages["labelMessages"]).toMatchObject([{ value: { adId: 1, version: 7 } }]);
});

test("what a handler reads of another one is made anew, in whatever order they are given, and never what is stored", async () => {
  const repo = await world();
  for (const handlers of [
    [adLabels, adsShown],
    [adsShown, adLabels],
  ]) {
    const [one, two] = await derive(repo, handlers, [1, 2]);
    expect(one?.groups.get("tree_shown.text")?.columns).toEqual({ text: "11/10/500/77" });
    expect(two?.groups.get("tree_shown.text")?.columns).toEqual({ text: "12/10/500/77" });
  }
});

test("alone, a handler reads what is stored", async () => {
  const [two] = await derive(await world(), [adsShown], [2]);
  expect(two?.groups.get("tree_shown.text")?.columns).toEqual({ text: "AN OLD MISTAKE" });
});

test("a key whose run fails has its failure; the others go on, and nothing is committed", async () => {
  const repo = await world();
  const derived = await derive(repo, [adLabels, adsShown], [2, 3, 99]);
  expect(derived.map(({ failure }) => failure?.handler)).toEqual([undefined, "ads-shown", undefined]);
  expect(derived[1]?.failure?.error.message).toContain("bad luck");
  expect(derived[2]?.groups.get("tree_ad.label")).toBeUndefined();
  const stored = await repo.read([LabelRead], (snapshot) => snapshot.page(LabelRead, { rowsMax: 10 }));
  expect(stored.map(({ columns }) => columns.label)).toEqual([null, "an old mistake", null, null]);
});

test("where only messages are wanted, groups that no handler reads are not made, nor run for", async () => {
  const repo = await world();
  const handlers = [adLabels, adsShown];
  const all = await derive(repo, handlers, [1, 2, 4]);
  const deriver = new RowDeriver({ handlers, resources: {}, checkedShare: 1, wanted: "messages" });
  const told = await repo.read(deriver.reads, (snapshot) =>
    deriver.derive(snapshot, [1, 2, 3, 4], () => versionOf(0, 7)),
  );
  expect(told.map(({ messages }) => messages).toSpliced(2, 1)).toEqual(all.map(({ messages }) => messages));
  // Read by nobody: it is not made, and what fails in it fails nobody.
  expect(told.flatMap(({ groups }) => [...groups.keys()])).not.toContain("tree_shown.text");
  expect(told.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined, undefined]);
});

test("a row that does not fit its columns fails the keys that read it, by the slot's name", async () => {
  const repo = await world();
  const deriver = new RowDeriver({ handlers: [adLabels], resources: {}, checkedShare: 0 });
  const derived = await repo.read(deriver.reads, (snapshot) => {
    const rows = async (...[of, keys]: Parameters<typeof snapshot.rows>) => {
      const found = await snapshot.rows(of, keys);
      if (of.entity !== Campaign) return found;
      return found.map((row) => ({ ...row, columns: { ...row.columns, budget: "much" } }));
    };
    return deriver.derive({ ...snapshot, rows } as typeof snapshot, [1, 3], () => versionOf(0, 7));
  });
  expect(derived[0]?.failure?.error).toMatchObject({
    code: "TENON1101",
    slot: "adCampaign",
    detail: "at columns.budget: expected a finite number, found a string of 4 characters",
  });
  expect(derived[1]?.failure).toBeUndefined();
});

test("a run gets rows of its own: what is written there reaches no other run", async () => {
  const repo = await world();
  const handlers = [adLabels];
  const deriver = new RowDeriver({
    ...{ handlers, resources: {}, checkedShare: 0 },
    run: (executor, request, name) => {
      const response = executor.execute(request as never, executor.begin(name));
      for (const row of Object.values(request as Record<string, { columns?: Record<string, unknown> }>))
        for (const column in row.columns) row.columns[column] = 0;
      return response;
    },
  });
  const derived = await repo.read(deriver.reads, (snapshot) => deriver.derive(snapshot, [1, 2], () => versionOf(0, 7)));
  const labels = derived.map(({ groups }) => groups.get("tree_ad.label")?.columns["label"]);
  expect(labels).toEqual([labelOf([11, 10, 500, 77]), labelOf([12, 10, 500, 77])]);
});

test("handlers in a circle are refused by name", () => {
  const AgainRead = read(Shown, ["text"]);
  const OwnText = slot("ownText", z.nullable(rowSchema(AgainRead)), { owner });
  const LabelAgain = slot("labelAgain", writeSetSchema([Ad]), { owner, leaves: "outside" });
  const nothing = node({
    ...{ owner, purpose: "closes the circle", reads: [OwnText], writes: [LabelAgain] },
    run: () => ({ labelAgain: {} as never }),
  });
  const back = handler({
    ...{ name: "back", owner, purpose: "closes the circle", inputs: [ownRow(OwnText, AgainRead)], writes: LabelAgain },
    graph: graph({ name: "back", owner, request: [OwnText], nodes: { nothing }, respond: [LabelAgain] }),
    produces: [{ entity: Ad, groups: ["label"] }],
  });
  expect(() => new RowDeriver({ handlers: [adsShown, back], resources: {} })).toThrowError(
    expect.objectContaining({ code: "TENON1810", detail: expect.stringContaining("back") }),
  );
});
