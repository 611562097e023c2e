/** Orders to the indexer: runs of workflows, and switches. */

import { RunStore, SwitchStore } from "@tenon/indexer/operate";
import { testDatabase } from "@tenon/postgres/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../../run-cli.ts";
import { keptTerminal } from "../../testing/terminal.ts";

let world: Awaited<ReturnType<typeof testDatabase>>;
let runs: RunStore;
beforeAll(async () => {
  world = await testDatabase();
  runs = new RunStore(world.database);
  await runs.prepare();
  await new SwitchStore(world.database).prepare();
}, 60_000);
afterAll(() => world?.drop());

async function tenon(...words: readonly string[]) {
  const terminal = keptTerminal({ environment: { DATABASE_URL: world.url, USER: "olga" } });
  const exitCode = await runCli(words, terminal);
  return { exitCode, out: terminal.said.out, talk: terminal.said.talk };
}

test("workflows are listed with what they take, when they are due, and their last run", async () => {
  const { workflows } = JSON.parse((await tenon("workflow", "list", "--json")).out);
  const [build] = workflows as readonly { readonly name: string; readonly nextAtMs: number; readonly last: unknown }[];
  expect(build).toMatchObject({ name: "base-build", schedule: "0 */4 * * *", last: null });
  expect(build?.nextAtMs).toBeGreaterThan(Date.now());
  expect((await tenon("workflow", "list")).out).toMatch(
    /^workflow +owner +next +last run +for\nbase-build +\S+ +\S+Z +never +/,
  );
});

test("a run is asked for with its options, and seen with how it ended; a failed one is a finding", async () => {
  expect((await tenon("workflow", "runs")).out).toBe("no run was asked for\n");
  const [option] = Object.keys(JSON.parse((await tenon("workflow", "list", "--json")).out).workflows[0].options);
  const words = option === undefined ? [] : ["--option", `${option}=because`];
  expect((await tenon("workflow", "run", "base-build", ...words)).out).toBe(
    'run 1 of workflow "base-build" is asked for; `tenon workflow runs base-build` shows it\n',
  );
  const [asked] = await runs.runs({ runsMax: 1 });
  expect(asked).toMatchObject({
    state: "asked",
    trigger: "command",
    options: option === undefined ? {} : { [option]: "because" },
  });
  const claimed = await runs.claim({ workflows: ["base-build"], owner: "test", leaseMs: 60_000 });
  if (claimed === undefined) throw new Error("no run");
  await runs.finish(claimed, { error: "TENON1435 a gate fails" });
  const { exitCode, out } = await tenon("workflow", "runs", "base-build");
  expect(exitCode).toBe(1);
  expect(out).toMatch(/\n +1 +base-build +command +failed +\S+Z +.* TENON1435 a gate fails\n$/);
});

test("a workflow that is not there, an option it does not take, and an option without a value are refused", async () => {
  const unknown = await tenon("workflow", "run", "base-biuld");
  expect(unknown.exitCode).toBe(2);
  expect(unknown.talk).toContain('error TENON1652: there is no workflow "base-biuld"\n');
  expect((await tenon("workflow", "run", "base-build", "--option", "speed=9")).talk).toContain(
    'workflow "base-build" has no option "speed"',
  );
  expect((await tenon("workflow", "run", "base-build", "--option", "speed")).talk).toContain(
    "TENON1700: --option speed names no value",
  );
  expect(await runs.runs({ runsMax: 10 })).toHaveLength(1);
});

test("a switch is turned when somebody has agreed, and shown with who, when and why", async () => {
  const set = ["switch", "set", "publishing", "false", "--reason", "a bad day"];
  const refused = await tenon(...set);
  expect(refused.exitCode).toBe(2);
  expect(refused.talk).toContain('error TENON1716: nobody has agreed to set switch "publishing"\n');
  expect((await tenon(...set, "--dry-run")).out).toContain(
    "  true becomes false: whether changed documents go to serving",
  );
  expect((await tenon(...set, "--yes")).out).toBe('switch "publishing" is false\n');
  expect((await tenon(...set, "--yes")).out).toContain("nothing to do");
  const { switches } = JSON.parse((await tenon("switch", "list", "--json")).out);
  expect(switches).toContainEqual(
    expect.objectContaining({ name: "publishing", value: false, default: true, reason: "a bad day", by: "olga" }),
  );
  expect((await tenon("switch", "list")).out).toMatch(/\npublishing +false +\S+Z +olga +a bad day +/);
});

test("an instant may be written as people do", async () => {
  await tenon("switch", "set", "dropContentBeforeMs", "2026-05-01T12:00Z", "--reason", "backlog", "--yes");
  expect((await new SwitchStore(world.database).read()).values.dropContentBeforeMs).toBe(
    Date.parse("2026-05-01T12:00Z"),
  );
});

test("a switch that is not there, a value it cannot have, and no value at all are refused", async () => {
  const reason = ["--reason", "x", "--yes"];
  expect((await tenon("switch", "set", "publsihing", "true", ...reason)).talk).toContain('did you mean "publishing"?');
  const wrong = await tenon("switch", "set", "publishing", "7", ...reason);
  expect([wrong.exitCode, wrong.talk.split("\n")[0]]).toEqual([2, 'error TENON1652: switch "publishing" cannot be 7']);
  expect((await tenon("switch", "set", "publishing", "off", ...reason)).talk).toContain(
    'TENON1700: "off" is no value of a switch',
  );
});

test("where no indexing process has run, that is what is said", async () => {
  const { url, drop } = await testDatabase();
  for (const words of [
    ["workflow", "runs"],
    ["workflow", "run", "base-build"],
    ["switch", "list"],
  ]) {
    const { exitCode, talk } = await tenon(...words, "--database", url);
    expect(exitCode).toBe(3);
    expect(talk).toContain("error TENON1714: no indexing process has run yet\n");
  }
  await drop();
});
