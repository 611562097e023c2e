import { expect, test } from "vitest";
import { requireAccess } from "./access.ts";

const open = { host: "127.0.0.1", adminToken: null };
const locked = { host: "0.0.0.0", adminToken: "a-secret-of-16-chars" };
const own = { host: "127.0.0.1:8787" };
const allowed = (access: typeof open | typeof locked, headers: Record<string, string>) => {
  try {
    requireAccess(access, headers);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "TENON2050" });
    return false;
  }
};

test("this machine and the studio's own page may look, without a token", () => {
  expect(allowed(open, own)).toBe(true);
  expect(allowed(open, { ...own, "sec-fetch-site": "same-origin", origin: "http://127.0.0.1:8787" })).toBe(true);
  expect(allowed(open, { ...own, "sec-fetch-site": "none" })).toBe(true);
});

test.each([
  ["another page", { ...own, origin: "https://elsewhere.example" }],
  ["another port of this machine", { ...own, origin: "http://127.0.0.1:9999" }],
  ["a page that hides where it is", { ...own, origin: "null" }],
  ["a picture or script of another site", { ...own, "sec-fetch-site": "cross-site" }],
  ["another site of the same name", { ...own, "sec-fetch-site": "same-site" }],
  ["a name that was bound again", { host: "rebound.example:8787" }],
  [
    "a name that was bound again, with its own origin",
    { host: "rebound.example:8787", origin: "http://rebound.example:8787" },
  ],
])("%s may not", (_, headers) => expect(allowed(open, headers)).toBe(false));

test("beyond this machine the token is wanted, whoever asks", () => {
  const authorization = `Bearer ${locked.adminToken}`;
  expect(allowed(locked, own)).toBe(false);
  expect(allowed(locked, { ...own, authorization: "Bearer a-secret-of-16-charz" })).toBe(false);
  expect(allowed(locked, { host: "admixer:80", authorization })).toBe(true);
  expect(allowed(locked, { host: "admixer:80", authorization, "sec-fetch-site": "cross-site" })).toBe(false);
  expect(allowed({ host: "0.0.0.0", adminToken: null }, own)).toBe(false);
});
