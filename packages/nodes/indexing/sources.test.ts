import { expect, test } from "vitest";
import { ContentSignalSchema } from "./signals.ts";
import { SOURCE_ENTITIES } from "./source-rows.ts";
import { declaredGroup, SOURCE_GROUPS, sourceColumnOf, sourceOfSignal, sourceOfTable } from "./sources.ts";
import { SOURCE_TABLES } from "./topics.ts";

const place = (entity: string, group: string) => `${entity}.${group}`;

test("every group of a source entity has one source, but for what handlers derive", () => {
  const filled = SOURCE_GROUPS.map(({ entity, group }) => place(entity.name, group));
  const declared = SOURCE_ENTITIES.flatMap(({ name, groups }) => groups.map((group) => place(name, group.name)));
  // The vector is written with its group, the terms by their handler.
  const others = ["creative.vector", "ad_group.terms"];
  expect(filled.toSorted()).toEqual(declared.filter((each) => !others.includes(each)).toSorted());
});

test("every table and every kind of signal fills one group", () => {
  const kinds = ContentSignalSchema.options.map(({ shape }) => shape.kind.value);
  expect(SOURCE_TABLES.map((table) => sourceOfTable(table).group)).toHaveLength(7);
  expect(new Set([...SOURCE_TABLES.map(sourceOfTable), ...kinds.map(sourceOfSignal)]).size).toBe(SOURCE_GROUPS.length);
});

test("an update holds every column of its group but the source time, and every entity one group that is the row", () => {
  for (const source of SOURCE_GROUPS) {
    const { entity, group, columns } = source;
    const blobs = entity.groups.filter(({ blob }) => blob).map(({ name }) => name);
    const held = Object.keys(columns).filter((name) => !blobs.includes(name));
    const stored = declaredGroup(source).columns.map(({ name }) => name);
    expect([...held, `${group}SourceAtMs`], place(entity.name, group)).toEqual(stored);
  }
  for (const entity of SOURCE_ENTITIES) {
    expect(
      SOURCE_GROUPS.filter((source) => source.entity === entity && source.isRow),
      entity.name,
    ).toHaveLength(1);
  }
});

test("columns have the names of their source", () => {
  expect(sourceColumnOf(sourceOfTable("budgets"), "overdeliveryRatioMax")).toBe("overdelivery_ratio_max");
  expect(sourceColumnOf(sourceOfSignal("image"), "seenImageUrl")).toBe("imageUrl");
  expect(sourceColumnOf(sourceOfSignal("performance"), "impressions7d")).toBe("impressions7d");
});
