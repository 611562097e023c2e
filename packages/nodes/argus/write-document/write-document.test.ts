import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromGolden, runNode } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { runAdGoldens } from "../../testing/ad-goldens.ts";
import { writeDocument } from "./write-document.ts";

runAdGoldens(writeDocument, import.meta.dirname);

// biome-ignore lint/suspicious/noExplicitAny: the inputs of a golden
const whole = (): any =>
  fromGolden(JSON.parse(readFileSync(join(import.meta.dirname, "golden/exemplary/whole.json"), "utf8")).inputs);

test("equal documents have equal digests whatever their version, others have others", async () => {
  const { workItem, assembledDocument } = whole();
  const digestWith = async (changed: object) => {
    const { ad, signals } = assembledDocument.document;
    const document = { ad: { ...ad, ...changed }, signals };
    const { servableWrites } = await runNode(writeDocument, {
      ...{ workItem, assembledDocument: { ...assembledDocument, document } },
    });
    return servableWrites.ad_document.groups.servable[0].columns.documentDigest;
  };
  expect(await digestWith({ version: 99 })).toBe(await digestWith({}));
  expect(await digestWith({ title: "Coffee" })).not.toBe(await digestWith({}));
});
