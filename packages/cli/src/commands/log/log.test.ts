import { afterAll, beforeAll, expect, test } from "vitest";
import type { Terminal } from "../../terminal.ts";
import { golden } from "../../testing/golden.ts";
import { masked } from "../../testing/masked.ts";
import { runLine } from "../../testing/run-line.ts";
import { type SeededStores, seededStores } from "../../testing/seeded-stores.ts";

let stores: SeededStores;
beforeAll(async () => {
  stores = await seededStores();
}, 60_000);
afterAll(() => stores.drop());

const tenon = (line: string, over: Partial<Terminal> = {}) =>
  runLine(line, { environment: { DATABASE_URL: stores.url }, ...over });

async function json<Told>(line: string): Promise<Told> {
  const { exitCode, out, talk } = await tenon(`${line} --json`);
  expect([line, exitCode, talk]).toEqual([line, 0, ""]);
  return JSON.parse(out) as Told;
}

/** Everything that a command could change. */
async function everything(): Promise<string> {
  const tables = [
    "stream_task",
    "stream_offset",
    "stream_parked",
    "stream_outbox",
    "stream_state",
    "tenon_log_partition",
  ];
  const rows = await Promise.all(
    tables.map((table) => stores.database.query<{ row: string }>(`select x::text as row from ${table} x order by 1`)),
  );
  return JSON.stringify(rows);
}

/** Partitions are worked on at once: the order of what they send, and how often a result is sent again, is not told. */
const withoutOrder = (text: string): string =>
  text
    .replaceAll(/^((?:ad-counts|late-ad-events) {2}4 {2})\d+.*$/gm, "$1N")
    .replaceAll(/^(unique-ad-events {2}4 {2}\d+) .*$/gm, "$1  N");

for (const [file, line] of [
  ["log-topics.txt", "log topics"],
  ["log-status.txt", "log status"],
  ["log-read.txt", "log read ad-events --partition 3 --max 2"],
  ["log-rewind-dry-run.txt", "log rewind ad-counts --to earliest --dry-run"],
  ["log-trim-dry-run.txt", "log trim unique-ad-events --before end --dry-run"],
] as const) {
  test(`tenon ${line} is the text that was reviewed`, async () => {
    const before = await everything();
    const { exitCode, out, talk } = await tenon(line);
    expect([exitCode, talk]).toEqual([0, ""]);
    await expect(withoutOrder(masked(out))).toMatchFileSnapshot(golden(file));
    expect(await everything(), "a look changes nothing").toBe(before);
  });
}

test("status tells every partition of a task to tools", async () => {
  const { tasks } = await json<{ tasks: { task: string; partitions: Record<string, unknown>[] }[] }>(
    "log status ad-counts",
  );
  expect(tasks.map(({ task }) => task)).toEqual(["ad-counts"]);
  expect(tasks[0]?.partitions).toHaveLength(4);
  expect(tasks[0]?.partitions[0]).toMatchObject({
    ...{ partition: 0, state: "claimed", owner: "worker-1", epoch: 1, lag: 0, lagMs: 0, outboxPending: 0, parked: 0 },
    watermarkMs: expect.any(Number),
  });
});

test("what stopped a partition is said, and a halt is a finding", async () => {
  const { operations, database } = stores;
  const at = (await operations.status()).find(({ task }) => task === "dedupe-ad-events");
  const stop = {
    kind: "halted",
    code: "TENON1803",
    reason: "TENON1803 a record failed",
    owner: "worker-1",
    epoch: at?.epoch,
  };
  const set =
    "update stream_offset set stopped = $1, stopped_at = clock_timestamp() where task = 'dedupe-ad-events' and partition = 1";
  await database.execute(set, [JSON.stringify(stop)]);
  const { exitCode, out } = await tenon("log status dedupe-ad-events");
  await database.execute(set, [null]);
  expect(exitCode).toBe(1);
  expect(masked(out)).toContain("partition 1 halted N s ago by worker-1: TENON1803 a record failed\n");
});

test("lag is told by offset and by age", async () => {
  const [event] = await stores.log.offsets("unique-ad-events");
  await stores.database.execute("update stream_offset set next = next - 3 where task = 'ad-counts' and partition = 0");
  const { tasks } = await json<{ tasks: { partitions: { lag: number; lagMs: number }[] }[] }>("log status ad-counts");
  await stores.database.execute("update stream_offset set next = next + 3 where task = 'ad-counts' and partition = 0");
  expect(event?.end).toBeGreaterThan(3);
  expect(tasks[0]?.partitions[0]).toMatchObject({ lag: 3, lagMs: expect.any(Number) });
  expect(tasks[0]?.partitions[0]?.lagMs).toBeGreaterThan(0);
});

test("records are shown with their shape, and with keys and values only when asked", async () => {
  const closed = await tenon("log read ad-events --max 5");
  expect(closed.out).not.toMatch(/user-\d|"e\d/);
  expect(closed.out).toContain("eventId: text of 2");
  const line = "log read ad-events --partition 3 --max 1 --values";
  const { records } = await json<{ records: { key: string; state: string; value: { eventId: string } }[] }>(line);
  expect(records).toMatchObject([{ key: expect.stringMatching(/^user-\d$/), state: "ok", value: { campaignId: 1 } }]);
  const dead = await tenon("log read ad-events.dead");
  expect(dead.out).toContain("dead letter of ads-measurement: notJson: 2 bytes that are not JSON");
  const { records: late } = await json<{ records: unknown[] }>("log read ad-events --from 2090-01-01T00:00Z");
  expect(late).toEqual([]);
});

test("parked records are listed with code, owner and reason, and without the value", async () => {
  const { parked } = await json<{ parked: object[] }>("log parked dedupe-ad-events");
  expect(parked).toMatchObject([
    {
      topic: "ad-events",
      code: "TENON1809",
      owner: "ads-measurement",
      wantsRetry: false,
      key: expect.stringMatching(/^#/),
    },
  ]);
  expect(Object.keys(parked[0] ?? {})).not.toContain("value");
});

for (const line of [
  "log pause ad-counts",
  "log drain ad-counts",
  "log rewind ad-counts --to earliest",
  "log retry dedupe-ad-events --all",
  "log trim unique-ad-events --before end",
]) {
  test(`tenon ${line}: refused without consent, shown with --dry-run, and nothing is changed by either`, async () => {
    const before = await everything();
    const refused = await tenon(line);
    expect([refused.exitCode, refused.out]).toEqual([2, ""]);
    expect(refused.talk).toContain("error TENON1716: nobody has agreed to ");
    const dry = await tenon(`${line} --dry-run`);
    expect([dry.exitCode, dry.talk]).toEqual([0, ""]);
    const effects = dry.out.split("\n").slice(1);
    expect(refused.talk).toContain(effects[0]);
    const other = await tenon(line, { ask: async () => "no" });
    expect(other.exitCode).toBe(2);
    const {
      done,
      dryRun,
      effects: told,
    } = await json<{ done: boolean; dryRun: boolean; effects: string[] }>(`${line} --dry-run`);
    expect({ done, dryRun }).toEqual({ done: false, dryRun: true });
    expect(told.map((each) => `  ${each}`)).toEqual(effects.slice(0, -1));
    expect(await everything()).toBe(before);
  });
}

test("a person who types the task's name has agreed", async () => {
  const asked: string[] = [];
  const ask = async (question: string) => {
    asked.push(question);
    return "ad-counts\n";
  };
  const { exitCode, out, talk } = await tenon("log pause ad-counts", { ask });
  expect([exitCode, out]).toEqual([0, 'task "ad-counts" is paused: workers see it within a second\n']);
  expect(talk).toContain('pause task "ad-counts"\n  workers finish the batch at hand');
  expect(asked).toEqual(["type ad-counts to go on (anything else stops): "]);
  expect((await stores.operations.status()).filter(({ paused }) => paused).map(({ task }) => task)).toContain(
    "ad-counts",
  );
  const again = await tenon("log pause ad-counts");
  expect([again.exitCode, again.out]).toEqual([0, 'would pause task "ad-counts"\n  nothing to do\n']);
  await json("log resume ad-counts --yes");
  expect((await stores.operations.status()).some(({ paused }) => paused)).toBe(false);
});

for (const [line, code, hint] of [
  ["log status ad-count", "TENON1715", 'did you mean "ad-counts"?'],
  ["log parked dedupe-ad-event", "TENON1715", 'did you mean "dedupe-ad-events"?'],
  ["log read ad-event", "TENON1715", 'did you mean "ad-events"?'],
  ["log topics zzz", "TENON1715", "`tenon log topics` lists them"],
  ["log rewind ad-counts --to 3", "TENON1719", "name it with --partition N"],
  ["log rewind ad-counts --to 900 --partition 0", "TENON1719", "`earliest` and `end` name its bounds"],
  ["log rewind ad-counts --to 0 --partition 9", "TENON1719", "leave --partition out for all"],
  ["log rewind ad-counts --to yesterday", "TENON1719", "`tenon log topics TOPIC`"],
  ["log retry ad-counts", "TENON1700", "--offset N"],
] as const) {
  test(`tenon ${line}: ${code}, with what to do`, async () => {
    const { exitCode, talk } = await tenon(line);
    expect(exitCode).toBe(2);
    expect(talk).toContain(`error ${code}: `);
    expect(talk).toContain(hint);
  });
}

test("trimming what a task has not read is refused by name", async () => {
  await stores.database.execute("update stream_offset set next = next - 2 where task = 'ad-counts' and partition = 1");
  const { exitCode, talk } = await tenon("log trim unique-ad-events --before end --yes");
  await stores.database.execute("update stream_offset set next = next + 2 where task = 'ad-counts' and partition = 1");
  expect(exitCode).toBe(2);
  expect(talk).toMatch(/error TENON1717: .*\n {2}task "ad-counts" stands at offset \d+ of partition 1\n/);
});

test("a task without a worker does not come to rest: the wait is bounded, and says which partition is silent", async () => {
  const { exitCode, talk } = await tenon("log drain ad-counts --wait 0 --yes");
  await json("log resume ad-counts --yes");
  expect(exitCode).toBe(3);
  expect(talk).toContain("error TENON1718: ");
  expect(talk).toContain("partition 0: no word from worker-1, 0 messages in the outbox");
});

test("drain, rewind, resume, retry: running workers follow, and leave the same tables", {
  timeout: 60_000,
}, async () => {
  const { operations, database, run, settle } = stores;
  const windows = () =>
    database.query(
      "select size_ms, start_ms, key, partition, events, clicks, spend_micros from stream_window_ad_counts order by 1, 2, 3",
    );
  const before = await windows();
  const running = await run();
  // Both tasks have their partitions before operators begin.
  await expect
    .poll(async () => (await operations.status()).every(({ epoch }) => epoch >= 2), { timeout: 20_000 })
    .toBe(true);

  const { offsets } = await json<{ offsets: { partition: number; next: number }[] }>(
    "log drain ad-counts --wait 30 --yes",
  );
  expect(offsets).toHaveLength(4);
  const drained = (await operations.status()).filter(({ task }) => task === "ad-counts");
  expect(drained.every(({ paused, resting, outboxPending }) => paused && resting && outboxPending === 0)).toBe(true);
  const nothing = await tenon("log drain ad-counts --yes");
  expect(nothing.out).toContain("nothing to do");

  const rewound = await json<{ partitions: { to: number; windowRows: number }[] }>(
    "log rewind ad-counts --to earliest --yes",
  );
  expect(rewound.partitions.every(({ to, windowRows }) => to === 0 && windowRows > 0)).toBe(true);
  expect(await windows()).toEqual([]);
  expect((await operations.status()).filter(({ task }) => task === "ad-counts").map(({ next }) => next)).toEqual([
    0, 0, 0, 0,
  ]);
  await json("log resume ad-counts --yes");
  await settle();
  expect(await windows()).toEqual(before);
  const { tasks } = await json<{ tasks: { partitions: { stopped?: { kind: string } }[] }[] }>("log status ad-counts");
  expect(tasks[0]?.partitions.map(({ stopped }) => stopped?.kind)).toContain("fenced");

  const parked = async () => (await operations.parked("dedupe-ad-events"))[0];
  const first = await parked();
  const { marked } = await json<{ marked: number }>(`log retry dedupe-ad-events --offset ${first?.offset} --yes`);
  expect(marked).toBe(1);
  // Tried, failed of the same, and parked anew.
  await expect
    .poll(async () => (await parked())?.parkedAtMs, { timeout: 20_000 })
    .toBeGreaterThan(first?.parkedAtMs ?? 0);
  expect(await parked()).toMatchObject({ offset: first?.offset, wantsRetry: false, code: "TENON1809" });
  await running.stop();
});
