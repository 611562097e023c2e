/** A pull request that changes who makes or reads a served field changes this file; `vitest run packages/indexer/src/lineage -u`. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { lineageOf } from "./build-lineage.ts";
import { renderManifest } from "./render-manifest.ts";
import { declared } from "./testing/declared.ts";

const file = join(import.meta.dirname, "../../../../graphs/topology/servable-document.lineage.txt");

test("the lineage of the servable document is the one that was reviewed", async () => {
  await expect(renderManifest(lineageOf(declared), declared.handlers)).toMatchFileSnapshot(file);
});
