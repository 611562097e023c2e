/** Findings beside lines, and where a studio shows them. */
import { expect, test } from "vitest";
import { exampleAddress, findingAddress, isRelative } from "../report-address.ts";
import type { Finding, Report } from "../report-schema.ts";
import { renderAnnotations, renderWorkflowCommands } from "./render-annotations.ts";

function reportOf(...findings: Partial<Finding>[]): Report {
  const place = { file: "packages/nodes/a,b:c.ts", line: 3, column: 5 };
  const facts = {
    graph: "ad-request",
    node: "scoreBids",
    owner: "ads-auction",
    place,
    severity: "review",
    kind: "values",
  };
  const causes = [{ kind: "code", detail: "100 % of it" }];
  const more = {
    causes,
    effect: [],
    examples: ["r1"],
    reproduce: ["npx tenon diff show F1"],
    title: "gives\nother values",
  };
  return { findings: findings.map((each, at) => ({ id: `F${at + 1}`, ...facts, ...more, ...each })) } as never;
}

const studio = { url: "https://studio.example/studio/", reportId: "report" };

test("annotations of a check stand at the node's line with its severity; what has no line is left out", () => {
  const made = JSON.parse(
    renderAnnotations(reportOf({ severity: "fail" }, { place: null }, { severity: "expected" }), studio),
  );
  expect(made.map((each: { annotation_level: string }) => each.annotation_level)).toEqual(["failure", "notice"]);
  expect(made[0]).toMatchObject({ path: "packages/nodes/a,b:c.ts", start_line: 3, end_line: 3 });
  expect(made[0].title).toBe("F1 scoreBids (ads-auction)");
  expect(made[0].raw_details.split("\n")).toEqual([
    ...["code: 100 % of it", "npx tenon diff show F1", findingAddress(studio, "F1")],
    "https://studio.example/studio/#view=run&run=r1&node=scoreBids",
  ]);
  expect(JSON.parse(renderAnnotations(reportOf(...Array.from({ length: 80 }, () => ({})))))).toHaveLength(50);
});

test("a job's command is one line, whatever the finding says", () => {
  const [line, ...others] = renderWorkflowCommands(reportOf({ severity: "fail" })).split("\n");
  expect(others).toEqual([""]);
  expect(line).toBe(
    "::error file=packages/nodes/a%2Cb%3Ac.ts,line=3,col=5,title=F1 scoreBids (ads-auction)::gives%0Aother values%0Acode: 100 %25 of it%0Anpx tenon diff show F1",
  );
  expect(renderWorkflowCommands(reportOf({}))).toMatch(/^::warning /);
});

test("an example is shown with its ad and node; a handler's run is shown as the document of its ad", () => {
  const example = { requestId: "rb-61", row: "16625", node: "scoreBids", graph: "ad-request" };
  const page = "https://studio.example/studio/#";
  expect(exampleAddress(studio, { ...example, rowsAre: "ads" })).toBe(
    `${page}view=run&run=rb-61&ad=16625&node=scoreBids`,
  );
  expect(exampleAddress(studio, { ...example, rowsAre: "ads", row: "16625/0" })).toContain("&ad=16625&");
  // A place in a column is no ad.
  expect(exampleAddress(studio, example)).toBe(`${page}view=run&run=rb-61&node=scoreBids`);
  const run = { requestId: "ad-offer/21677@bid-0", row: "", node: "deriveOffer", graph: "ad-offer" };
  expect(exampleAddress(studio, run)).toBe(`${page}view=document&ad=21677`);
});

test("a studio beside the report is linked to as a file, and from pages elsewhere not at all", () => {
  const beside = { url: "studio/", reportId: "report" };
  expect(isRelative(beside)).toBe(true);
  expect(findingAddress(beside, "F1")).toBe("studio/index.html#report/report/finding/F1");
  expect(renderAnnotations(reportOf({}), beside)).not.toContain("studio/");
  expect(renderWorkflowCommands(reportOf({}), beside)).not.toContain("studio/");
});
