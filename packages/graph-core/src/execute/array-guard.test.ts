import fc from "fast-check";
import { expect, test } from "vitest";
import { ArrayGuard } from "./array-guard.ts";

test("a change of any byte of any guarded array is found, with the key it was guarded under, and nothing else is", () => {
  const arrays = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(arrays, fc.nat(), fc.nat(), (drawn, which, where) => {
      const guard = new ArrayGuard();
      for (const [at, array] of drawn.entries()) guard.guard(`slot${at}`, array);
      const victim = drawn[which % drawn.length] as Uint8Array;
      const at = where % Math.max(1, victim.length);
      if (victim.length > 0) victim[at] = (victim[at] as number) ^ 1;
      expect(guard.firstChanged()).toBe(victim.length === 0 ? undefined : `slot${which % drawn.length}`);
    }),
  );
});

test("an array that fills more than a page, and many that fill several, are guarded as well", () => {
  const guard = new ArrayGuard();
  const large = new Float64Array(100_000);
  const many = Array.from({ length: 200 }, () => new Float64Array(500));
  guard.guard("large", large);
  for (const array of many) guard.guard("many", array);
  large[99_999] = -0;
  expect(guard.firstChanged()).toBe("large");
  for (const array of many) guard.guard("many", array);
  (many[150] as Float64Array)[499] = 1;
  expect(guard.firstChanged()).toBe("many");
  expect(guard.firstChanged()).toBeUndefined();
});

test("the first key an array is guarded under is kept", () => {
  const guard = new ArrayGuard();
  const array = new Int32Array(4);
  guard.guard("written", array);
  guard.guard("selected", array);
  array[0] = 1;
  expect(guard.firstChanged()).toBe("written");
});
