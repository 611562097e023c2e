import { promiseByHand, settle } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import type { NewRecord } from "../api/event-log.ts";
import { AppendLane } from "./append-lane.ts";

const AT = { topic: "t", partition: 0 };

function laneOf(send: (batch: readonly string[]) => Promise<number>, batchRecordsMax = 100, batchBytesMax = 1_000) {
  return new AppendLane<string>({
    ...{ at: AT, send, batchRecordsMax, batchBytesMax },
    itemOf: ({ key }) => key,
    bytesOf: (item) => item.length,
  });
}

const records = (...keys: readonly string[]): NewRecord[] =>
  keys.map((key) => ({ ...AT, key, timeMs: 0, headers: {}, value: new Uint8Array(0) }));

test("one batch is in flight; what comes meanwhile goes together with the next", async () => {
  const sent: (readonly string[])[] = [];
  const first = promiseByHand<number>();
  const lane = laneOf((batch) => {
    sent.push(batch);
    return sent.length === 1 ? first.promise : Promise.resolve(10);
  });
  const a = lane.append(records("a"));
  await settle();
  const [b, c] = [lane.append(records("b", "c")), lane.append(records("d"))];
  await settle();
  expect(sent).toEqual([["a"]]);
  first.resolve(3);
  expect(await Promise.all([a, b, c])).toEqual([[3], [10, 11], [12]]);
  expect(sent).toEqual([["a"], ["b", "c", "d"]]);
});

test("A1: a call of several batches that fails in the middle sends nothing more; the calls after it go on", async () => {
  const sent: string[] = [];
  const lane = laneOf(async (batch) => {
    if (batch.includes("c")) throw new Error("gone");
    sent.push(...batch);
    return sent.length - batch.length;
  }, 2);
  const long = lane.append(records("a", "b", "c", "d", "e"));
  const next = lane.append(records("x", "y"));
  await expect(long).rejects.toMatchObject({ code: "TENON1559" });
  expect(await next).toEqual([2, 3]);
  expect(sent).toEqual(["a", "b", "x", "y"]);
});

test("a batch stays below its bytes, and one large record goes alone", async () => {
  const sent: (readonly string[])[] = [];
  const lane = laneOf(
    async (batch) => {
      sent.push(batch);
      return 0;
    },
    100,
    5,
  );
  await lane.append(records("aa", "bb", "cc", "ddddddd", "e"));
  expect(sent).toEqual([["aa", "bb"], ["cc"], ["ddddddd"], ["e"]]);
});

test("closing rejects what was not sent, and waits for the answer of what was", async () => {
  const answer = promiseByHand<number>();
  const lane = laneOf(() => answer.promise);
  const sent = lane.append(records("a"));
  await settle();
  const waiting = lane.append(records("b"));
  waiting.catch(() => undefined);
  let closed = false;
  const closing = lane.close().then(() => {
    closed = true;
  });
  await expect(waiting).rejects.toMatchObject({ code: "TENON1558" });
  await settle();
  expect(closed).toBe(false);
  answer.resolve(0);
  expect(await sent).toEqual([0]);
  await closing;
});

test("too many waiting appends are refused before anything is queued", async () => {
  const lane = laneOf(() => new Promise(() => undefined));
  for (let call = 0; call < 10_000; call++) void lane.append(records("a")).catch(() => undefined);
  expect(() => lane.refuseFull()).toThrow(expect.objectContaining({ code: "TENON1560" }));
});
