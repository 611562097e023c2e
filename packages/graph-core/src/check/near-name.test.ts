import fc from "fast-check";
import { expect, test } from "vitest";
import { didYouMean, nearName } from "./near-name.ts";

test("a name a few letters off is found, whatever its case", () => {
  expect(nearName("userCount", ["userId", "userCounts", "counts"])).toBe("userCounts");
  expect(nearName("adRequets", ["adRequest"])).toBe("adRequest");
  expect(nearName("FEATURES", ["features"])).toBe("features");
});

test("a name that shares little is not suggested, nor is the name itself", () => {
  expect(nearName("bids", ["candidates", "prices"])).toBeUndefined();
  expect(nearName("bids", ["bids"])).toBeUndefined();
  expect(didYouMean("bids", [])).toBe("");
});

test("one swap, insertion, removal or replacement is always near in names of five letters and more", () => {
  const name = fc.stringMatching(/^[a-z]{5,20}$/);
  fc.assert(
    fc.property(name, fc.nat(), fc.constantFrom("swap", "insert", "remove", "replace"), (right, at, kind) => {
      const index = at % (right.length - 1);
      const letters = [...right];
      if (kind === "swap")
        [letters[index], letters[index + 1]] = [letters[index + 1] as string, letters[index] as string];
      else if (kind === "insert") letters.splice(index, 0, "z");
      else if (kind === "remove") letters.splice(index, 1);
      else letters[index] = "Q";
      const wrong = letters.join("");
      fc.pre(wrong !== right);
      expect(nearName(wrong, [right])).toBe(right);
    }),
  );
});
