import { expect, test } from "vitest";
import { chooseServer, type Machine } from "./choose-server.ts";
import type { LaunchFailure } from "./launch-failure.ts";
import type { RunAs } from "./run-as.ts";

const HOME = "/app/node_modules/native";
const DATA = "/app/.tenon";
const NOBODY = { uid: 65_534, gid: 65_534 };

/** A machine on which everything works, but for what a test takes away; `ran` lists what was tried, in order. */
function machine(facts: Partial<Machine> & { readonly runs?: (home: string, runAs: RunAs) => boolean } = {}) {
  const ran: string[] = [];
  const { runs = () => true, ...rest } = facts;
  const all: Machine = {
    root: true,
    nobody: async () => NOBODY,
    packageHome: async () => ({ home: HOME }),
    traversable: async () => true,
    version: async (home, runAs) => {
      ran.push(`${home} ${runAs.kind}`);
      if (!runs(home, runAs)) return { fails: "no" };
      return { version: home.startsWith("/usr") ? "16.2" : "18.4" };
    },
    copy: async () => "/var/tmp/copy",
    systemHomes: async () => [],
    ...rest,
  };
  return { all, ran };
}

test("an ordinary user runs the programs plainly", async () => {
  const { all, ran } = machine({ root: false });
  expect(await chooseServer(all, DATA)).toEqual({
    home: HOME,
    origin: "package",
    runAs: { kind: "self" },
    version: "18.4",
    major: 18,
  });
  expect(ran).toEqual([`${HOME} self`]);
});

test("root runs as nobody where nobody gets through to programs and data", async () => {
  const { all, ran } = machine();
  expect((await chooseServer(all, DATA)).runAs).toEqual({ kind: "user", ...NOBODY });
  expect(ran).toEqual([`${HOME} user`]);
});

test.each([
  ["programs", HOME],
  ["data", DATA],
])("root runs in a user namespace where nobody does not get through to the %s", async (_what, closed) => {
  const { all, ran } = machine({ traversable: async (folder) => folder !== closed });
  expect((await chooseServer(all, DATA)).runAs).toEqual({ kind: "userNamespace", ...NOBODY });
  expect(ran).toEqual([`${HOME} userNamespace`]);
});

test("without user namespaces root copies the programs to where nobody gets", async () => {
  const { all, ran } = machine({
    traversable: async (folder) => folder !== HOME,
    runs: (_home, { kind }) => kind !== "userNamespace",
  });
  expect(await chooseServer(all, DATA)).toMatchObject({ home: "/var/tmp/copy", runAs: { kind: "user" } });
  expect(ran).toEqual([`${HOME} userNamespace`, "/var/tmp/copy user"]);
});

test("a copy is not made when nobody could not get through to the data anyway", async () => {
  const { all, ran } = machine({
    traversable: async (folder) => folder !== DATA,
    runs: (_home, { kind }) => kind !== "userNamespace",
  });
  const failure: LaunchFailure = await chooseServer(all, DATA).catch((error) => error);
  expect(failure.facts).toMatchObject({
    code: "TENON1510",
    detail: `user nobody does not get through to ${DATA}; ${HOME} does not run in a user namespace: no`,
  });
  expect(failure.facts.hint).toContain("PGlite is no substitute");
  expect(ran).toEqual([`${HOME} userNamespace`]);
});

test("a server of the system is taken with a notice when the package does not run", async () => {
  const { all } = machine({
    root: false,
    runs: (home) => home !== HOME,
    systemHomes: async () => ["/usr/lib/postgresql/16"],
  });
  expect(await chooseServer(all, DATA)).toMatchObject({
    origin: "system",
    version: "16.2",
    notice: `Postgres 16.2 of the system in /usr/lib/postgresql/16 is used: ${HOME} does not run as this user: no`,
  });
});

test("a server of the system that is too old is named, not taken", async () => {
  const { all } = machine({
    root: false,
    packageHome: async () => ({ missing: "there is no Postgres package for linux-riscv64" }),
    version: async () => ({ version: "14.9" }),
    systemHomes: async () => ["/usr/lib/postgresql/14"],
  });
  const failure: LaunchFailure = await chooseServer(all, DATA).catch((error) => error);
  expect(failure.facts.detail).toBe(
    "there is no Postgres package for linux-riscv64; /usr/lib/postgresql/14 has version 14.9, and 15 is the least",
  );
});

test("root without a user nobody is told so", async () => {
  const { all } = machine({ nobody: async () => undefined });
  const failure: LaunchFailure = await chooseServer(all, DATA).catch((error) => error);
  expect(failure.facts.detail).toBe("this is root, and there is no user nobody to run as");
});
