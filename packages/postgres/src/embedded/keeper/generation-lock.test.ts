import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectTo, newestLock, takeLock } from "./generation-lock.ts";

let folder: string;
const servers = new Map<string, Server>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tenon-lock-"));
});
afterEach(async () => {
  for (const name of [...servers.keys()]) await end(name);
  await rm(folder, { recursive: true });
});

/** A process that would hold the folder, as far as the lock can tell. */
async function listening(name: string): Promise<string> {
  const server = createServer((socket) => socket.on("error", () => undefined));
  servers.set(name, server);
  const path = join(folder, name);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

/** Its end. Node removes the socket's file, which the end of a process does not: that case is told apart below. */
async function end(name: string): Promise<void> {
  const server = servers.get(name);
  servers.delete(name);
  await new Promise((resolve) => server?.close(resolve));
}

test("of many that want a folder at once, one holds it", async () => {
  const paths = await Promise.all(Array.from({ length: 12 }, (_, index) => listening(`s${index}`)));
  const locks = await Promise.all(paths.map((path) => takeLock(folder, path)));
  const held = locks.filter((lock) => lock !== undefined);
  expect(held.length).toBe(1);
  expect(await newestLock(folder)).toEqual(held[0]);
});

test("of many that follow a dead holder at once, one holds the folder, again and again", async () => {
  let last = 0;
  for (let round = 0; round < 10; round++) {
    const names = Array.from({ length: 6 }, (_, index) => `r${round}s${index}`);
    const paths = await Promise.all(names.map(listening));
    const locks = await Promise.all(paths.map((path) => takeLock(folder, path)));
    const held = locks.filter((lock) => lock !== undefined);
    expect(held.length).toBe(1);
    expect(held[0]?.generation).toBeGreaterThan(last);
    last = held[0]?.generation ?? 0;
    for (const name of names) await end(name);
  }
});

test("a living holder is left alone", async () => {
  const first = await takeLock(folder, await listening("first"));
  expect(first?.generation).toBe(1);
  expect(await takeLock(folder, await listening("second"))).toBeUndefined();
  expect(await newestLock(folder)).toEqual(first);
});

test("a slow taker withdraws when two generations have passed since it looked", async () => {
  await takeLock(folder, await listening("first"));
  await end("first");
  let looks = 0;
  const slow = await takeLock(folder, await listening("slow"), async () => {
    if (looks++ > 0) return;
    await takeLock(folder, await listening("second"));
    await end("second");
    await takeLock(folder, await listening("third"));
  });
  expect(slow).toBeUndefined();
  expect((await newestLock(folder))?.generation).toBe(3);
});

test("the new holder clears away what the dead one left", async () => {
  await takeLock(folder, await listening("first"));
  await end("first");
  const second = await takeLock(folder, await listening("second"));
  expect(second?.generation).toBe(2);
  expect((await readdir(folder)).sort()).toEqual(["lock.2", "second"]);
});

test("a socket without a process behind it does not answer", async () => {
  expect(await connectTo(join(folder, "nothing"))).toBeUndefined();
});

test("a folder without a lock has none", async () => {
  expect(await newestLock(folder)).toBeUndefined();
});
