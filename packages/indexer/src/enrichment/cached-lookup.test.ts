import { ManualClock } from "@tenon/graph-testkit";
import { expect, test } from "vitest";
import { CachedLookup, type CachedLookupOptions } from "./cached-lookup.ts";

const NEVER = new AbortController().signal;

function lookup(given: Partial<CachedLookupOptions<string>> & Pick<CachedLookupOptions<string>, "fetch">) {
  const clock = new ManualClock();
  const options = { name: "pages", clock, entriesMax: 2, ttlMs: 1_000, unknownTtlMs: 100, failureTtlMs: 10 };
  return { clock, pages: new CachedLookup({ ...options, timeoutMs: 50, asksMax: 2, waitingMax: 1, ...given }) };
}

test("however many ask at once, the service is asked once", async () => {
  const answer = Promise.withResolvers<string>();
  const asked: string[] = [];
  const { pages } = lookup({ fetch: (key) => (asked.push(key), answer.promise) });
  const all = Promise.all(Array.from({ length: 1_000 }, () => pages.get("a", NEVER)));
  answer.resolve("page");
  expect(new Set(await all)).toEqual(new Set(["page"]));
  expect(asked).toEqual(["a"]);
  expect(pages.counts).toMatchObject({ asks: 1, entries: 1 });
});

test("a value is kept for its time, an unknown key for a shorter one", async () => {
  let asks = 0;
  const { clock, pages } = lookup({
    fetch: async (key) => {
      asks++;
      return key === "known" ? "page" : undefined;
    },
  });
  expect(await pages.get("known", NEVER)).toBe("page");
  expect(await pages.get("unknown", NEVER)).toBeUndefined();
  expect(asks).toBe(2);
  clock.advance(99);
  await pages.get("known", NEVER);
  await pages.get("unknown", NEVER);
  expect(asks).toBe(2);
  clock.advance(2);
  await pages.get("known", NEVER);
  await pages.get("unknown", NEVER);
  expect(asks).toBe(3);
  clock.advance(1_000);
  await pages.get("known", NEVER);
  expect(asks).toBe(4);
});

test("a failure is thrown, remembered for a moment, and never an answer", async () => {
  let asks = 0;
  const { clock, pages } = lookup({
    fetch: async () => {
      if (++asks === 1) throw new Error("connection refused");
      return "page";
    },
  });
  for (let ask = 0; ask < 3; ask++) {
    await expect(pages.get("a", NEVER)).rejects.toMatchObject({
      code: "TENON1654",
      category: "resource",
      detail: "connection refused",
    });
  }
  expect(asks).toBe(1);
  clock.advance(11);
  expect(await pages.get("a", NEVER)).toBe("page");
});

test("a service that does not answer fails after its time, whether or not it minds the signal", async () => {
  const { clock, pages } = lookup({ fetch: () => new Promise(() => undefined) });
  const asked = pages.get("a", NEVER);
  await Promise.resolve();
  clock.advance(51);
  await expect(asked).rejects.toMatchObject({ code: "TENON1654", detail: "no answer within 50 ms" });
});

test("one that asks no more does not end the asking for the others", async () => {
  const answer = Promise.withResolvers<string>();
  const { pages } = lookup({ fetch: () => answer.promise });
  const impatient = new AbortController();
  const first = pages.get("a", impatient.signal);
  const second = pages.get("a", NEVER);
  impatient.abort(new Error("deadline"));
  await expect(first).rejects.toThrow("deadline");
  answer.resolve("page");
  expect(await second).toBe("page");
});

test("asks at once, asks that wait and entries have bounds", async () => {
  const answers: (() => void)[] = [];
  const asked: string[] = [];
  const { pages } = lookup({
    fetch: (key) => {
      asked.push(key);
      return new Promise((resolve) => answers.push(() => resolve(key)));
    },
  });
  const [a, b, c] = ["a", "b", "c"].map((key) => pages.get(key, NEVER));
  await expect(pages.get("d", NEVER)).rejects.toMatchObject({
    code: "TENON1654",
    detail: expect.stringContaining("wait"),
  });
  await Promise.resolve();
  expect(asked).toEqual(["a", "b"]);
  answers[0]?.();
  expect(await a).toBe("a");
  answers[1]?.();
  expect(await b).toBe("b");
  while (answers.length < 3) await Promise.resolve();
  answers[2]?.();
  expect(await c).toBe("c");
  expect(pages.counts.entries).toBe(2);
});
