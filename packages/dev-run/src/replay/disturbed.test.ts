import { expect, test } from "vitest";
import { disturbed } from "./disturbed.ts";

const DAY_MS = 86_400_000;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** The places of clock and dice, as they are set. */
const world = () =>
  (
    [
      [globalThis, "Date"],
      [Math, "random"],
      [performance, "now"],
    ] as const
  ).map(([owner, key]) => Object.getOwnPropertyDescriptor(owner, key));

/** How far each way of asking for the time is from this one. */
function clocksOff(nowMs: number, elapsedMs: number): readonly number[] {
  const asked = [Date.now(), new Date().getTime(), Date.parse(Date()), performance.now() - elapsedMs + nowMs];
  return asked.map((ms) => Math.round((ms - nowMs) / DAY_MS) || 0);
}

test("the body sees another time, also after it waited; a date it is given stays what it is", async () => {
  const [nowMs, elapsedMs] = [Date.now(), performance.now()];
  await disturbed(async () => {
    expect(clocksOff(nowMs, elapsedMs)).toEqual([40, 40, 40, 40]);
    await turn();
    expect(clocksOff(nowMs, elapsedMs)).toEqual([40, 40, 40, 40]);
    expect(new Date(5).getTime()).toBe(5);
  });
  expect(clocksOff(nowMs, elapsedMs)).toEqual([0, 0, 0, 0]);
});

test("the body's dice fall elsewhere", async () => {
  const drawn = await disturbed(async () => Array.from({ length: 200 }, () => Math.random()));
  expect(drawn.every((each) => each >= 0.5 && each < 1)).toBe(true);
});

test("what runs beside the body sees the real world", async () => {
  const [nowMs, elapsedMs] = [Date.now(), performance.now()];
  let go = (): void => {};
  const beside = new Promise<void>((resolve) => {
    go = resolve;
  }).then(() => ({ off: clocksOff(nowMs, elapsedMs), dice: Array.from({ length: 200 }, () => Math.random()) }));
  await disturbed(async () => {
    go();
    const { off, dice } = await beside;
    expect(off).toEqual([0, 0, 0, 0]);
    expect(dice.some((each) => each < 0.5)).toBe(true);
  });
});

test("dates of before, of meanwhile and of afterwards are dates to all of them", async () => {
  const before = new Date();
  const meanwhile = await disturbed(async () => {
    expect(before instanceof Date).toBe(true);
    class Day extends Date {}
    expect(new Day() instanceof Day).toBe(true);
    return new Date();
  });
  expect(meanwhile instanceof Date).toBe(true);
  expect(meanwhile.constructor).toBe(Date);
});

test.each([
  ["ends", async () => {}],
  ["rejects", () => Promise.reject(new Error("no"))],
  [
    "throws before it waits",
    () => {
      throw new Error("no");
    },
  ],
  [
    "throws after it waited",
    async () => {
      await turn();
      throw new Error("no");
    },
  ],
])("the world is set as it was, to the property, once the body %s", async (_, body) => {
  const before = world();
  await disturbed(body).catch(({ message }: Error) => expect(message).toBe("no"));
  expect(world()).toEqual(before);
});

test("of two at once the one that ends first takes nothing from the other", async () => {
  const before = world();
  const nowMs = Date.now();
  let end = (): void => {};
  const long = disturbed(async () => {
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    return Date.now();
  });
  await expect(disturbed(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(world()).not.toEqual(before);
  end();
  expect((await long) - nowMs).toBeGreaterThan(39 * DAY_MS);
  expect(world()).toEqual(before);
});

test("a clock that somebody else has set meanwhile stays", async () => {
  const { now } = performance;
  const theirs = () => 7;
  try {
    await disturbed(async () => {
      performance.now = theirs;
    });
    expect(performance.now).toBe(theirs);
  } finally {
    Reflect.deleteProperty(performance, "now");
  }
  expect(performance.now).toBe(now);
});
