/** The ways of running that this machine would not choose by itself, each with a real server. */
import { chmod, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHECKSUMS, copyPackage, platformName } from "./binaries.ts";
import { openDataFolder } from "./data-folder.ts";
import { launch } from "./launch.ts";
import type { LaunchFailure } from "./launch-failure.ts";
import { type ThisMachine, thisMachine } from "./machine.ts";

const root = process.getuid?.() === 0;
let parent: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "tenon-launch-"));
  await chmod(parent, 0o755);
});
afterAll(() => rm(parent, { recursive: true, force: true }));

/** This machine, but for some answers. */
function machineWith(answers: (machine: ThisMachine) => Partial<ThisMachine>): () => ThisMachine {
  const machine = thisMachine({});
  return () => ({ ...machine, ...answers(machine) });
}

test("without user namespaces, programs in a closed folder run from a copy", async () => {
  const folder = await openDataFolder(join(parent, "copied"));
  let copied = 0;
  const { facts, process: server } = await launch(
    folder,
    { settings: {} },
    machineWith((machine) => ({
      traversable: async (path, user) => path.startsWith(parent) && machine.traversable(path, user),
      version: async (path, runAs) =>
        runAs.kind === "userNamespace" ? { fails: "not permitted" } : machine.version(path, runAs),
      copy: (from) => {
        copied++;
        return copyPackage(from, parent, CHECKSUMS[platformName()] ?? "");
      },
    })),
  );
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  expect([facts.runAs, copied]).toEqual(root ? ["user", 1] : ["self", 0]);
  if (root) expect((await stat(folder.data)).uid).not.toBe(0);
});

test("without a package an installed server is run with a notice, and its data is not read by another version", async () => {
  const folder = await openDataFolder(join(parent, "system"));
  const starting = launch(
    folder,
    { settings: {} },
    machineWith(() => ({ packageHome: async () => ({ missing: "there is no package" }) })),
  );
  const launched = await starting.catch((failure: LaunchFailure) => failure);
  if (launched instanceof Error) {
    // Nothing is installed here.
    expect(launched.facts).toMatchObject({ code: "TENON1510", detail: expect.stringContaining("there is no package") });
    return;
  }
  const { facts, process: server } = launched;
  expect((await server.stop()).code).toBe(0);
  expect(facts.origin).toBe("system");
  expect(facts.notice).toContain("of the system");
  const major = Number.parseInt(facts.version, 10);
  if (major === 18) return;
  const failure: LaunchFailure = await launch(folder, { settings: {} }).catch((error) => error);
  expect(failure.facts).toMatchObject({
    code: "TENON1511",
    detail: `expected major version 18, found ${major}`,
  });
});
