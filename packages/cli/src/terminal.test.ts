import { expect, test } from "vitest";
import { progressOn } from "./output/progress.ts";
import { wantsColor } from "./terminal.ts";
import { keptTerminal } from "./testing/terminal.ts";

test("colours are for terminals, NO_COLOR takes them away, FORCE_COLOR brings them", () => {
  expect(wantsColor(true, {})).toBe(true);
  expect(wantsColor(undefined, {})).toBe(false);
  expect(wantsColor(true, { NO_COLOR: "1" })).toBe(false);
  expect(wantsColor(true, { NO_COLOR: "" })).toBe(true);
  expect(wantsColor(false, { FORCE_COLOR: "1" })).toBe(true);
  expect(wantsColor(true, { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
  expect(wantsColor(true, { TERM: "dumb" })).toBe(false);
});

test("progress is shown to a person who watches, and to nobody else", () => {
  const alone = keptTerminal();
  progressOn(alone).step("loading");
  progressOn(alone).end();
  expect(alone.said).toEqual({ out: "", talk: "" });
  const watched = keptTerminal({ watched: true });
  const progress = progressOn(watched);
  progress.step("loading");
  progress.end();
  expect(watched.said.out).toBe("");
  expect(watched.said.talk).toContain("loading …");
  expect(watched.said.talk.endsWith("\u001B[2K")).toBe(true);
});
