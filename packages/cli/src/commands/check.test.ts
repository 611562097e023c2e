import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { golden } from "../testing/golden.ts";
import { type ShopProject, shopProject } from "../testing/shop-project.ts";
import { type Ended, tenon } from "../testing/tenon.ts";

const projects = ["right", "broken", "unloadable"] as const;
const shops = new Map<string, ShopProject>();
const ended = new Map<string, Ended>();

beforeAll(async () => {
  for (const project of [...projects, "mistyped"] as const) shops.set(project, shopProject(project));
  for (const project of projects)
    ended.set(project, await tenon(["check", "--no-types", "--json"], { folder: folderOf(project) }));
}, 60_000);
afterAll(() => {
  for (const shop of shops.values()) shop.remove();
});

function folderOf(project: string): string {
  return shops.get(project)?.folder ?? "";
}

for (const project of projects) {
  test(`check --json of the ${project} project is the one that was reviewed`, async () => {
    const { out, talk } = ended.get(project) as Ended;
    expect(talk).toBe("");
    expect(out).not.toContain(folderOf(project));
    await expect(out).toMatchFileSnapshot(golden(`check-${project}.json`));
  });
}

test("a right project passes with 0, a wrong one ends with 1, whether it loads or not", () => {
  expect(projects.map((project) => ended.get(project)?.exitCode)).toEqual([0, 1, 1]);
});

test("every diagnostic names both parties and their owners", () => {
  for (const project of ["broken", "unloadable"] as const) {
    const { diagnostics } = JSON.parse(ended.get(project)?.out ?? "") as {
      readonly diagnostics: readonly {
        readonly message: string;
        readonly primary: Party;
        readonly secondary: readonly Party[];
      }[];
    };
    expect(diagnostics.length).toBeGreaterThan(0);
    for (const { primary, secondary } of diagnostics) {
      expect(secondary.length).toBeGreaterThan(0);
      for (const { owner } of [primary, ...secondary]) expect(owner).toMatch(/^shop-/);
    }
  }
});

interface Party {
  readonly owner: string;
}

test("people see code frames with paths of the project", async () => {
  const { out, exitCode } = await tenon(["check", "--no-types"], { folder: join(folderOf("broken"), "packages") });
  expect(exitCode).toBe(1);
  await expect(out).toMatchFileSnapshot(golden("check-broken.txt"));
});

test("SARIF holds every finding, relative to the root of the checkout", async () => {
  const { out, exitCode } = await tenon(["check", "--no-types", "--sarif", "--project", folderOf("broken")]);
  const { version, runs } = JSON.parse(out) as {
    readonly version: string;
    readonly runs: readonly { readonly results: readonly { readonly ruleId: string; readonly locations: unknown }[] }[];
  };
  expect(exitCode).toBe(1);
  expect(version).toBe("2.1.0");
  expect(runs[0]?.results.map(({ ruleId }) => ruleId)).toEqual(["TENON1004", "TENON1034", "TENON1901"]);
  expect(JSON.stringify(runs[0]?.results)).not.toContain(folderOf("broken"));
});

test("the type checker's errors name the node with the error, the slot it is about, and the node that writes the slot", async () => {
  const wrong = await tenon(["check", "--json", "--project", folderOf("mistyped")]);
  expect(wrong.exitCode).toBe(1);
  await expect(wrong.out).toMatchFileSnapshot(golden("check-mistyped.json"));
  const unasked = await tenon(["check", "--no-types", "--json", "--project", folderOf("mistyped")]);
  expect(unasked.exitCode, "what only types can see is not seen without them").toBe(0);
}, 60_000);

test("types that cannot be checked are no pass", async () => {
  const { exitCode, out } = await tenon(["check", "--json", "--project", folderOf("right")]);
  expect(exitCode).toBe(3);
  expect(JSON.parse(out)).toMatchObject({ error: { code: "TENON1709" } });
});

test("a folder without a project is wrong usage", async () => {
  const { exitCode, talk } = await tenon(["check", "--project", "/"]);
  expect(exitCode).toBe(2);
  expect(talk).toContain("error TENON1701: no project at or above /\n");
});
