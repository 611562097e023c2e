import { expect, test } from "vitest";
import { isLoopback, mayAdminister } from "./access.ts";

test.each(["127.0.0.1", "127.8.9.1", "localhost", "::1"])("%s is loopback", (host) =>
  expect(isLoopback(host)).toBe(true),
);
test.each(["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example", "localhost.example"])("%s is not loopback", (host) =>
  expect(isLoopback(host)).toBe(false),
);

const open = { host: "127.0.0.1", adminToken: null };
const locked = { host: "0.0.0.0", adminToken: "a-secret-of-16-chars" };

test("without a token this machine may, and no web page", () => {
  expect(mayAdminister(open, { host: "127.0.0.1:8080" })).toBe(true);
  expect(mayAdminister(open, { host: "127.0.0.1:8080", origin: "https://elsewhere.example" })).toBe(false);
  expect(mayAdminister(open, { host: "rebound.example:8080" })).toBe(false);
  expect(mayAdminister({ ...open, host: "0.0.0.0" }, { host: "127.0.0.1:8080" })).toBe(false);
});

test("with a token whoever sends it may, from anywhere, and nobody else", () => {
  expect(mayAdminister(locked, { host: "indexer:80", authorization: `Bearer ${locked.adminToken}` })).toBe(true);
  expect(mayAdminister(locked, { host: "127.0.0.1:80", authorization: "Bearer a-secret-of-16-charz" })).toBe(false);
  expect(mayAdminister(locked, { host: "127.0.0.1:80" })).toBe(false);
});
