/** The words of `tenon drill`: lists, refusals, exit codes. What drills do to running processes is tested with them. */
import { openEmbeddedLog } from "@tenon/event-log/embedded";
import { systemClock } from "@tenon/graph-core";
import { RunStore, SwitchStore } from "@tenon/indexer/operate";
import { DroppedUpdates } from "@tenon/nodes";
import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../../run-cli.ts";
import { keptTerminal } from "../../testing/terminal.ts";

const NAMES = ["spike", "bad-release", "bad-content"];
/** What each needs to be ordered at all. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  spike: [],
  "bad-release": ["--store", "file:///nowhere"],
  "bad-content": ["--since", "2026-05-01T12:00Z"],
};

let world: Awaited<ReturnType<typeof testDatabase>>;
let empty: Awaited<ReturnType<typeof testDatabase>>;
beforeAll(async () => {
  [world, empty] = [await testDatabase(), await testDatabase()];
  await new RunStore(world.database).prepare();
  await new SwitchStore(world.database).prepare();
  const log = await openEmbeddedLog({ database: world.database, clock: systemClock, wakeUp: "notify" });
  await log.createTopics([DroppedUpdates]);
  await log.close();
}, 60_000);
afterAll(() => Promise.all([world?.drop(), empty?.drop()]));

async function tenon(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const terminal = keptTerminal({ environment: { DATABASE_URL: world.url, USER: "olga", ...environment } });
  const exitCode = await runCli(["drill", ...words], terminal);
  return { exitCode, out: terminal.said.out, talk: terminal.said.talk };
}

test("drills are listed with what they are for, what comes first, and what they take", async () => {
  const { exitCode, out } = await tenon(["list", "--json"]);
  const { drills } = JSON.parse(out) as {
    readonly drills: readonly { readonly name: string; readonly options: object }[];
  };
  expect([exitCode, drills.map(({ name, options }) => [name, Object.keys(options)])]).toEqual([
    0,
    [
      ["spike", []],
      ["bad-release", ["base", "handlers"]],
      ["bad-content", ["since"]],
    ],
  ]);
  const table = (await tenon(["list"])).out;
  expect(table).toMatch(/^drill +for +first\nspike +content of an upstream/);
  expect(table).toContain("\nbad-release --base  base to go back to");
});

test.each(NAMES)("drill %s says its orders without giving them, and gives none without consent", async (name) => {
  const dry = await tenon(["run", name, ...(WORDS[name] ?? []), "--dry-run", "--json"]);
  const { done, effects, steps } = JSON.parse(dry.out);
  expect([dry.exitCode, done, effects.length]).toEqual([0, false, steps.length + 1]);
  expect(effects[0]).toMatch(/^first: /);
  expect(effects[1]).toBe(`1. ${steps[0].order}`);
  const refused = await tenon(["run", name, ...(WORDS[name] ?? [])]);
  expect([refused.exitCode, refused.out]).toEqual([2, ""]);
  expect(refused.talk).toContain(`error TENON1716: nobody has agreed to run drill "${name}"\n`);
  // A switch that was turned would stand here.
  expect((await new SwitchStore(world.database).read()).values).toMatchObject({
    publishing: true,
    dropContentBeforeMs: null,
  });
});

test.each<readonly [what: string, words: readonly string[], says: string]>([
  ["a name that is none", ["spkie"], 'error TENON1652: there is no drill "spkie"\n'],
  ["no name", [], 'error TENON1700: missing required argument "drill"\n'],
  ["a time that is none", ["bad-content", "--since", "yesterday"], 'error TENON1700: "yesterday" is no time\n'],
  ["no time where one is needed", ["bad-content"], 'error TENON1652: drill "bad-content" needs to know since when'],
  ["an option that nobody takes", ["spike", "--sicne", "2026"], 'error TENON1700: unknown option "--sicne"\n'],
  [
    "an option of another drill",
    ["spike", "--since", "2026-05-01"],
    'error TENON1700: drill "spike" takes no --since\n',
  ],
  [
    "another drill's option beside its own",
    ["bad-content", "--since", "2026-05-01", "--handlers", "ad-offer"],
    "expected --since\n",
  ],
  [
    "a handler that is none",
    ["bad-release", "--store", "file:///nowhere", "--handlers", "ad-offer,ad-ofer"],
    'error TENON1652: there is no handler "ad-ofer"\n',
  ],
  [
    "no object store where a base is gone back to",
    ["bad-release"],
    'error TENON1700: drill "bad-release" goes back to another base, and no object store is named\n',
  ],
])("%s is refused before any order", async (_, words, says) => {
  const { exitCode, out, talk } = await tenon(["run", ...words, "--yes"]);
  expect([exitCode, out]).toEqual([2, ""]);
  expect(talk).toContain(says);
  expect((await new SwitchStore(world.database).read()).values.publishing).toBe(true);
});

test("where no pipeline has run, and where no database answers, that is said", async () => {
  const nothing = await tenon(["run", "spike", "--yes"], { DATABASE_URL: empty.url });
  expect(nothing.exitCode).toBe(3);
  expect(nothing.talk).toContain("no indexing process has run yet");
  const silent = await tenon(["run", "spike", "--yes"], { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
  expect(silent.exitCode).toBe(3);
  expect(silent.talk).toMatch(/error TENON1\d{3}: .*127\.0\.0\.1:1/);
});

test("a drill whose step fails says where it stands, why, and that it did not finish", async () => {
  // Nobody listens there: the first step of the drill asks the ad server.
  const words = ["run", "bad-release", "--store", "file:///nowhere", "--host", "http://127.0.0.1:1", "--yes"];
  const { exitCode, talk } = await tenon(words);
  expect(talk).toContain("1. ad servers show requests the base alone");
  expect(talk).toContain('error TENON1695: drill "bad-release" stands at step "hide deltas"\n');
  expect(talk).toContain("ad server http://127.0.0.1:1 does not answer");
  expect(exitCode).toBe(3);
});
