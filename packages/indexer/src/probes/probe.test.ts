import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { idOfProbe, probesIn } from "./probe.ts";

let folder: string;
const folders: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-probes-"));
  folders.push(folder);
});
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true });
});

const GOOD = {
  ...{ name: "bid", owner: "ads-delivery", purpose: "a test", schedule: null, deadlineMs: 1_000 },
  change: { kind: "bid", bidAmountMicros: 1 },
};
const put = (file: string, value: unknown) =>
  writeFileSync(join(folder, file), typeof value === "string" ? value : JSON.stringify(value));

test("probes are read in the order of their files, and other files are none", () => {
  put("b.json", { ...GOOD, name: "text", change: { kind: "text", title: "A", body: "" } });
  put("a.json", GOOD);
  put("README.md", "what these are");
  expect(probesIn(folder).map(({ name }) => name)).toEqual(["bid", "text"]);
  expect(probesIn(null)).toEqual([]);
});

test.each<[string, unknown, string]>([
  ["no deadline", { ...GOOD, deadlineMs: undefined }, "deadlineMs"],
  ["an unknown change", { ...GOOD, change: { kind: "colour" } }, "change.kind"],
  ["a field too many", { ...GOOD, colour: "red" }, "colour"],
  ["a name that no workflow could have", { ...GOOD, name: "Bid!" }, "name: expected at most 31"],
])("a probe with %s is refused by file and field", (_, probe, says) => {
  put("wrong.json", probe);
  expect(() => probesIn(folder)).toThrowError(
    expect.objectContaining({
      code: "TENON1693",
      message: expect.stringContaining("wrong.json"),
      detail: expect.stringContaining(says),
    }),
  );
});

test("text that is no JSON, and two of one name, are refused", () => {
  put("a.json", "{");
  expect(() => probesIn(folder)).toThrowError(expect.objectContaining({ code: "TENON1693" }));
  put("a.json", GOOD);
  put("b.json", GOOD);
  expect(() => probesIn(folder)).toThrowError(/two probes are called "bid"/);
});

test("ids are the same in every run, other for other names, and beyond those of advertisers", () => {
  const ids = ["bid", "text", "review-score"].map((name) => idOfProbe({ name }));
  expect(new Set(ids).size).toBe(3);
  expect(ids).toEqual(["bid", "text", "review-score"].map((name) => idOfProbe({ name })));
  for (const id of ids) {
    expect(Number.isSafeInteger(id)).toBe(true);
    expect(id).toBeGreaterThanOrEqual(2 ** 52);
  }
});
