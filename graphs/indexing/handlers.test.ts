/** What keeps the handlers apart: one producer per group, columns by declaration, and whose they are. */
import { VirtualClock } from "@tenon/event-log/simulation";
import { AdDocumentRow, AdGroupTargetRead, SERVABLE_FIELDS, SOURCE_ENTITIES, SOURCE_GROUPS } from "@tenon/nodes";
import { type AnyRead, maskOf, masksMeet } from "@tenon/storage-repo/api";
import { ModelRepo, type ModelTransaction } from "@tenon/storage-repo/model";
import { type Handler, handler, MemoryWorkStore, runHandlers } from "@tenon/stream-runtime";
import { expect, test } from "vitest";
import { adTargeting } from "./ad-targeting.graph.ts";
import { adTargetingHandler } from "./ad-targeting.handler.ts";
import { ARGUS_HANDLERS } from "./handlers.ts";

async function start(handlers: readonly Handler[]) {
  const clock = new VirtualClock();
  const repo = new ModelRepo([...SOURCE_ENTITIES, AdDocumentRow], { nowMs: clock.nowMs });
  const store = new MemoryWorkStore<ModelTransaction>((work, options) => repo.transaction(work, options), clock);
  const { feed, cursors } = repo;
  return runHandlers({
    handlers,
    repo,
    feed,
    cursors,
    store,
    clock,
    log: {} as never,
    consumer: "test",
    owner: "test",
  });
}

test("two handlers of one column are refused, and both are named", async () => {
  const { kind: _, ...options } = adTargetingHandler;
  const again = handler({ ...options, name: "ad-targeting-again", owner: "ads-ranking" });
  await expect(start([...ARGUS_HANDLERS, again])).rejects.toThrow(
    /two handlers write "ad_document\.targeting": "ad-targeting" \(owner ads-retrieval\) and "ad-targeting-again" \(owner ads-ranking\)/,
  );
});

test("a graph that asks for a row its handler does not declare is refused", () => {
  const { kind: _, inputs, ...options } = adTargetingHandler;
  const [own] = inputs;
  expect(() => handler({ ...options, graph: adTargeting, inputs: own === undefined ? [] : [own] })).toThrow(
    /asks for slot "adGroupTarget", which no input gives/,
  );
});

test("a column that is not declared cannot be read: not by its name, not by another read, not in the row", async () => {
  const repo = new ModelRepo([...SOURCE_ENTITIES, AdDocumentRow]);
  const declared = (adTargetingHandler.inputs[1] as { readonly read: AnyRead }).read;
  expect(declared).toBe(AdGroupTargetRead);
  const other = ARGUS_HANDLERS.find(({ name }) => name === "ad-offer")?.inputs[1]?.read as AnyRead;
  await expect(repo.read([declared], (snapshot) => snapshot.rows(other, [1]))).rejects.toThrow(/was not declared/);
  const columns = { campaignId: 1, status: "active", bidPays: "perClick", bidAmountMicros: 5, settingsSourceAtMs: 1 };
  await repo.tx((tx) => tx.write({ ad_group: { groups: { settings: [{ key: 1, version: 1n, columns }] } } }));
  const [row] = await repo.read([declared], (snapshot) => snapshot.rows(declared, [1]));
  expect(Object.keys(row?.columns ?? {})).toEqual(["expression", "targetingSourceAtMs"]);
});

test("every group of a document has one handler, of the group's owner; at least eight teams have one", () => {
  const producers = ARGUS_HANDLERS.flatMap(({ owner, produces }) =>
    produces.flatMap(({ entity, groups }) => groups.map((group) => ({ place: `${entity.name}.${group}`, owner }))),
  );
  const declared = AdDocumentRow.groups.map(({ name, owner }) => ({ place: `ad_document.${name}`, owner }));
  const terms = { place: "ad_group.terms", owner: "ads-retrieval" };
  const byPlace = (one: { place: string }, other: { place: string }) => (one.place < other.place ? -1 : 1);
  expect(producers.toSorted(byPlace)).toEqual([...declared, terms].toSorted(byPlace));
  expect(new Set(ARGUS_HANDLERS.map(({ owner }) => owner)).size).toBeGreaterThanOrEqual(8);
});

test("every served leaf leads back to tables and signals by declarations alone", () => {
  const sources = new Map<string, readonly string[]>(
    SOURCE_GROUPS.map(({ entity, group, from }) => [
      `${entity.name}.${group}`,
      [from.kind === "table" ? `table ${from.table}` : `signal ${from.signal}`],
    ]),
  );
  const sourcesOf = (entity: string, group: string): readonly string[] => {
    const known = sources.get(`${entity}.${group}`);
    if (known !== undefined) return known;
    // The vector is written with its group.
    if (entity === "creative" && group === "vector") return sourcesOf("creative", "embedding");
    const producer = ARGUS_HANDLERS.find(({ produces }) =>
      produces.some(({ entity: { name }, groups }) => name === entity && groups.includes(group)),
    );
    return (producer?.inputs ?? []).flatMap(({ read }) =>
      (read as AnyRead).columns.flatMap((column: { readonly group: string }) =>
        sourcesOf((read as AnyRead).entity.name, column.group),
      ),
    );
  };
  const lineage = (leaf: string) =>
    [...new Set(sourcesOf("ad_document", SERVABLE_FIELDS.get(leaf)?.group ?? ""))].toSorted();
  for (const leaf of SERVABLE_FIELDS.keys()) expect(lineage(leaf), leaf).not.toEqual([]);
  expect(lineage("ad.popularity")).toEqual([
    ...["signal brand", "signal performance", "table ad_groups", "table ads", "table campaigns"],
  ]);
  expect(lineage("signals.limits.bidCeilingMicros")).toEqual([
    ...["table ad_groups", "table ads", "table budgets", "table campaigns"],
  ]);
});

test("every source time wakes a handler: the newest one of a document is that of its rows", () => {
  const reads = ARGUS_HANDLERS.flatMap(({ inputs }) => inputs.map(({ read }) => read));
  for (const { entity, group } of SOURCE_GROUPS) {
    const time = maskOf(entity, [`${group}SourceAtMs`]);
    const woken = reads.filter((read) => read.entity === entity && masksMeet(read.mask, time));
    expect(woken, `${entity.name}.${group}`).not.toEqual([]);
  }
});
