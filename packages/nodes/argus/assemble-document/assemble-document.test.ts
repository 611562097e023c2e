import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromGolden, runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { SERVABLE_FIELDS } from "../../indexing/servable-fields.ts";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { assembleDocument } from "./assemble-document.ts";

runAdGoldens(assembleDocument, import.meta.dirname);

// biome-ignore lint/suspicious/noExplicitAny: the inputs of a golden
const whole = (): any =>
  fromGolden(JSON.parse(readFileSync(join(import.meta.dirname, "golden/exemplary/whole.json"), "utf8")).inputs);

test("without any one column a document is missing that, or needs it not", async () => {
  const optional = ["image", "annotations", "performance"];
  const columns = [...SERVABLE_FIELDS.values()].filter(({ group }) => group !== "servable").map(({ column }) => column);
  for (const column of new Set([...columns, "vector"])) {
    const inputs = whole();
    const { documentGroups: groups } = inputs;
    const documentGroups = { ...groups, columns: { ...groups.columns, [column]: null } };
    const { assembledDocument } = await runNode(assembleDocument, { ...inputs, documentGroups });
    expect(assembledDocument.document === null, column).toBe(!optional.includes(column));
    expect(assembledDocument.missing.length, column).toBe(optional.includes(column) ? 0 : 1);
  }
});

test.each([
  ["offerSourceAtMs", "control"],
  ["performanceSourceAtMs", "content"],
  ["embeddingSourceAtMs", "content"],
] as const)("a document whose newest change is told by %s is %s", async (column, expected) => {
  const inputs = whole();
  const { documentGroups: groups } = inputs;
  const documentGroups = { ...groups, columns: { ...groups.columns, [column]: 1_000 } };
  const { assembledDocument } = await runNode(assembleDocument, { ...inputs, documentGroups });
  expect([assembledDocument.sourceAtMs, assembledDocument.class]).toEqual([1_000, expected]);
});

test("a version that no number holds is refused", async () => {
  const workItem = { key: 7, version: 2n ** 53n };
  await expect(runNode(assembleDocument, { ...whole(), workItem })).rejects.toThrow(/above 2\^53-1/);
});
