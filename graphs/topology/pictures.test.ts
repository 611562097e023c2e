/** The pictures of the documents show the graphs as they are; `npx vitest run graphs/topology -u` draws them anew. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Graph, renderTopology, topologyOf } from "@tenon/graph-core";
import { expect, test } from "vitest";
import { adRequest, gatewayChanges, servable, updater } from "../index.ts";
import { drawStages } from "../testing/draw-stages.ts";

const repository = join(import.meta.dirname, "../..");
const images = join(repository, "docs/images");
const topology = topologyOf(adRequest as Graph);

/** The questions that the stages answer stand in one place: the table of packages/nodes. */
const table = readFileSync(join(repository, "packages/nodes/README.md"), "utf8");
const questions = Object.fromEntries(
  [...table.matchAll(/^\| `([\w-]+)` \| (.+) \|$/gm)].map((row) => [row[1], row[2]]),
);

test("the whole picture of the ad request is current", async () => {
  await expect(renderTopology(topology, "svg")).toMatchFileSnapshot(join(images, "ad-request.svg"));
});

test.each([gatewayChanges, updater, servable])("the picture of $name is current", async (indexing) => {
  const picture = renderTopology(topologyOf(indexing as Graph), "svg");
  await expect(picture).toMatchFileSnapshot(join(images, `${indexing.name}.svg`));
});

test("the picture of its stages is current", async () => {
  await expect(drawStages(topology, questions)).toMatchFileSnapshot(join(images, "ad-request-stages.svg"));
});

test("the stages show every node once", () => {
  const names = [...drawStages(topology, questions).matchAll(/font-weight="650"[^>]*>([^<]+)</g)].map(
    (match) => match[1],
  );
  expect(names.toSorted()).toEqual(topology.nodes.map(({ name }) => name).toSorted());
});

test("a stage without a question is not drawn silently", () => {
  expect(() => drawStages(topology, {})).toThrow('stage "feature-expansion" has no question');
});
