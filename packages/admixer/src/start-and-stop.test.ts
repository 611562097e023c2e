/** Starts and stops around parts that never answer: each ends in time, says what it waited for, and leaves nothing. */
import { Server as HttpServer, ServerResponse } from "node:http";
import { connect, createServer, Server as TcpServer } from "node:net";
import { GraphError } from "@tenon/graph-core";
import { ManualClock, promiseByHand, settle } from "@tenon/graph-testkit";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type ScratchFolder, scratchFolder } from "../test/scratch-folder.ts";
import { standInModels } from "../test/stand-in-models.ts";
import { NOW_MS, smallMarketplace } from "../test/test-host.ts";
import { Admission } from "./host/admission.ts";
import { type HostOverrides, readConfig, startAdMixer } from "./index.ts";

const marketplace = smallMarketplace();
const never = <Value>(): Promise<Value> => new Promise(() => undefined);

let scratch: ScratchFolder;
let clock: ManualClock;
let troubles: string[];
beforeEach(() => {
  scratch = scratchFolder();
  clock = new ManualClock(NOW_MS);
  troubles = [];
});
afterEach(() => {
  vi.restoreAllMocks();
  scratch.remove();
});

function start(flags: Readonly<Record<string, unknown>> = {}, overrides: HostOverrides = {}) {
  return startAdMixer(readConfig({ folder: scratch.folder, flags: { port: 0, warmUpRequests: 0, ...flags } }), {
    marketplace,
    models: standInModels(),
    clock,
    onTrouble: (message) => troubles.push(message),
    ...overrides,
  });
}

/** What a promise settles with while time passes as fast as the process lets it. */
async function whileTimePasses<Value>(promise: Promise<Value>): Promise<Value> {
  let settled = false;
  const end = (): void => {
    settled = true;
  };
  promise.then(end, end);
  for (let turn = 0; turn < 10_000 && !settled; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(5);
  }
  if (!settled) throw new Error("it never ends");
  return promise;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as { readonly port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** Replaces what `execute` does in every executor of this module's graph. */
async function spyOnExecute() {
  const running = await start();
  const spy = vi.spyOn(Object.getPrototypeOf(running.executor), "execute");
  await running.stop();
  return spy;
}

test("a log that another host has fails the start, and leaves no timer that keeps the process alive", async () => {
  const first = await start();
  clock = new ManualClock(NOW_MS);
  await expect(start()).rejects.toMatchObject({ code: "TENON1604" });
  expect(clock.pending).toBe(0);
  await first.stop();
});

test("a warm-up request that fails fails the start, and leaves no timer, no socket and no lock", async () => {
  const port = await freePort();
  const models = standInModels();
  const broken = Object.assign(Object.create(models.click), {
    score: () => {
      throw new Error("no such tree");
    },
  });
  const failed = start({ port, warmUpRequests: 5 }, { models: { ...models, click: broken } });
  await expect(failed).rejects.toMatchObject({ code: "TENON1201", node: "predictClicks" });
  // The wheel of deadlines looks once more whether there are any.
  clock.advance(2);
  expect(clock.pending).toBe(0);
  const second = await start({ port });
  expect(second.url).toBe(`http://127.0.0.1:${port}`);
  await second.stop();
  expect(clock.pending).toBe(0);
});

test("a warm-up request whose answer is lost ends the start, which names it", async () => {
  const port = await freePort();
  const execute = await spyOnExecute();
  const asked = promiseByHand<void>();
  execute.mockImplementation(() => {
    asked.resolve();
    return never();
  });
  const failed = start({ port, warmUpRequests: 3 });
  await asked.promise;
  clock.advance(11_000);
  await expect(failed).rejects.toMatchObject({
    code: "TENON1605",
    category: "resource",
    message: expect.stringContaining("warm-up request 1 of 3 was not answered within 11 s"),
  });
  expect(clock.pending).toBe(0);
  execute.mockRestore();
  await (await start({ port })).stop();
});

test("a warm-up request past its deadline ends the start with the nodes that it waited for", async () => {
  const execute = await spyOnExecute();
  execute.mockImplementation(async () => {
    throw new GraphError("past its deadline", {
      code: "TENON1211",
      category: "resource",
      detail: 'still waiting for "loadUserProfile" (owner ads-data)',
      hint: "",
    });
  });
  await expect(start({ warmUpRequests: 3 })).rejects.toMatchObject({
    code: "TENON1605",
    detail: 'still waiting for "loadUserProfile" (owner ads-data)',
  });
});

test("a store that never answers does not keep a host from starting: its nodes are cut, every request has a deadline", async () => {
  const execute = await spyOnExecute();
  const silent = smallMarketplace({ profile: never });
  const running = await whileTimePasses(start({ warmUpRequests: 20 }, { marketplace: silent }));
  expect(running.host.ready).toBe(true);
  expect(running.executor.degraded.timeout.some((count) => count > 0)).toBe(true);
  const contexts = execute.mock.calls.map(([, ctx]) => ctx as { readonly deadlineMs: number });
  expect(contexts.length).toBe(20);
  expect(contexts.every(({ deadlineMs }) => deadlineMs < Number.POSITIVE_INFINITY)).toBe(true);
  await running.stop();
});

test("on a machine that is too slow for all warm-up requests the rest is left out", async () => {
  const execute = await spyOnExecute();
  execute.mockImplementation(async () => clock.advance(9_000));
  const running = await start({ warmUpRequests: 20 });
  expect(running.host.ready).toBe(true);
  expect(execute.mock.calls.length).toBe(4);
  await running.stop();
});

test("a system that never says whether it listens ends the start, which says so", async () => {
  const asked = promiseByHand<void>();
  vi.spyOn(TcpServer.prototype, "listen").mockImplementation(function (this: TcpServer) {
    asked.resolve();
    return this;
  });
  const failed = start();
  await asked.promise;
  clock.advance(10_000);
  await expect(failed).rejects.toMatchObject({
    code: "TENON1605",
    message: expect.stringContaining("the system did not answer whether it listens on 127.0.0.1:0 within 10 s"),
  });
  expect(clock.pending).toBe(0);
});

test("half a request does not keep a host from stopping", async () => {
  const running = await start();
  const socket = connect(Number(new URL(running.url).port), "127.0.0.1");
  const closed = new Promise((done) => socket.once("close", done));
  socket.on("error", () => undefined);
  await new Promise((done) => socket.once("connect", done));
  socket.write(
    "POST /v1/ads HTTP/1.1\r\nhost: tenon\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{",
  );
  // "Continue": the server has seen that a body is to come.
  await new Promise((done) => socket.once("data", done));
  await whileTimePasses(running.stop());
  await closed;
  expect(troubles).toEqual([]);
});

test("an answer that is never flushed does not keep a host from stopping", async () => {
  const running = await start();
  const asked = promiseByHand<void>();
  vi.spyOn(ServerResponse.prototype, "end").mockImplementation(function (this: ServerResponse) {
    asked.resolve();
    return this;
  });
  const answer = expect(fetch(`${running.url}/healthz`)).rejects.toThrow();
  await asked.promise;
  await whileTimePasses(running.stop());
  await answer;
  expect(troubles).toEqual([]);
});

test("a request that never ends is left behind after the drain", async () => {
  const idle = vi.spyOn(Admission.prototype, "idle").mockImplementation(never);
  const running = await start({ drainMaxMs: 500 });
  const stopped = running.stop();
  await settle();
  expect(idle).toHaveBeenCalledOnce();
  await whileTimePasses(stopped);
  expect(clock.pending).toBe(0);
});

test("a server that never closes does not keep the stop waiting, and is said to", async () => {
  const running = await start();
  let server: HttpServer | undefined;
  const close = vi.spyOn(HttpServer.prototype, "close").mockImplementation(function (this: HttpServer) {
    server = this;
    return this;
  });
  await whileTimePasses(running.stop());
  expect(troubles).toEqual(["the server did not close"]);
  expect(clock.pending).toBe(0);
  close.mockRestore();
  server?.close();
});
