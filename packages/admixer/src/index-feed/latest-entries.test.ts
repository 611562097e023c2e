import { expect, test } from "vitest";
import { LatestEntries } from "./latest-entries.ts";

test("the entry that was set longest ago goes first, and setting it again makes it the latest", () => {
  const entries = new LatestEntries<string, number>(2);
  entries.set("a", 1).set("b", 2).set("a", 3).set("c", 4);
  expect([...entries]).toEqual([
    ["a", 3],
    ["c", 4],
  ]);
  entries.delete("a");
  entries.set("d", 5);
  expect([...entries.keys()]).toEqual(["c", "d"]);
});
