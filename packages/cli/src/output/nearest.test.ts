import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

test("a name that is near is suggested, the nearest first", () => {
  expect(nearest("ad-requset", ["ad-request", "ad-events"])).toBe('did you mean "ad-request"?');
  expect(nearest("userprofle", ["UserProfile", "UserCounts"])).toBe('did you mean "UserProfile"?');
});

test("a name that is near to nothing gets no suggestion", () => {
  expect(nearest("xyz", ["ad-request"])).toBeUndefined();
  expect(nearest("x", [])).toBeUndefined();
});
