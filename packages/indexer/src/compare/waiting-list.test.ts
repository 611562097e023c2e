import { expect, test } from "vitest";
import { WaitingList } from "./waiting-list.ts";

const BOUNDS = { itemsMax: 3, looksMax: 2 };

test("it looks until nothing waits, saving what still does after each look", async () => {
  const list = new WaitingList(BOUNDS, ["a"]);
  list.add(["b", "c"]);
  expect(list.isFull).toBe(true);
  const saved: (readonly string[])[] = [];
  const seen: (readonly string[])[] = [];
  const left = await list.settle(
    async (items, nth) => {
      seen.push(items);
      return nth === 0 ? ["b"] : [];
    },
    async () => void saved.push(list.items),
  );
  expect([left, seen, saved]).toEqual([0, [["a", "b", "c"], ["b"]], [["b"], []]]);
  expect(list.isFull).toBe(false);
});

test("what changes at every look is told and forgotten; so is everything when there is nothing to be seen", async () => {
  const list = new WaitingList<string>(BOUNDS);
  list.add(["a", "b"]);
  let looks = 0;
  const restless = async (items: readonly string[]) => {
    looks++;
    return items;
  };
  expect([await list.settle(restless, async () => undefined), looks]).toEqual([2, 2]);
  expect(list.items).toEqual([]);
  list.add(["c"]);
  expect(
    await list.settle(
      async () => undefined,
      () => Promise.reject(new Error("saved")),
    ),
  ).toBe(1);
});
