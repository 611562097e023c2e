import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { shopProject } from "../testing/shop-project.ts";
import { type Ended, tenon } from "../testing/tenon.ts";

/** Few ads and users: what is tested is the command. */
const SMALL = ["--ads-max", "3000", "--users-count", "50"];
const folder = mkdtempSync(join(tmpdir(), "tenon-run-"));
const run = (...args: readonly string[]): Promise<Ended> => tenon(["run", ...SMALL, ...args], { folder });

interface Report {
  readonly request: Readonly<Record<string, unknown>>;
  readonly response: { readonly positions: readonly { readonly kind: string; readonly adId?: number }[] };
  readonly timing: {
    readonly nodes: readonly { readonly name: string; readonly owner: string; readonly outcome: string }[];
  };
  readonly ledger: {
    readonly entered: number;
    readonly kept: number;
    readonly dropped: number;
    readonly conserved: boolean;
    readonly stages: readonly { readonly node: string; readonly drops?: readonly { readonly id: number }[] }[];
  };
  readonly explained?: { readonly verdict: string; readonly steps: readonly unknown[] };
}
let sample: Report;

beforeAll(async () => {
  const { exitCode, out, talk } = await run("--sample", "3", "--ledger", "--json");
  expect([exitCode, talk]).toEqual([0, ""]);
  sample = JSON.parse(out) as Report;
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test("one request is answered with its nodes, their owners and a ledger that adds up", () => {
  const { response, timing, ledger } = sample;
  expect(response.positions.length).toBeGreaterThan(0);
  expect(timing.nodes.length).toBeGreaterThan(30);
  for (const { owner } of timing.nodes) expect(owner).toMatch(/^ads-/);
  expect(ledger.conserved).toBe(true);
  expect(ledger.entered).toBe(ledger.kept + ledger.dropped);
});

test("a printed sample request can be sent from a file, and any ad of it is explained", async () => {
  const file = join(folder, "request.json");
  writeFileSync(file, JSON.stringify(sample.request));
  const dropped = sample.ledger.stages.flatMap(({ drops = [] }) => drops)[0];
  const { exitCode, out } = await run("--request", file, "--json", "--explain", String(dropped?.id));
  expect(exitCode).toBe(0);
  const again = JSON.parse(out) as Report;
  expect(again.response.positions.length).toBe(sample.response.positions.length);
  expect(again.explained?.verdict).toMatch(/^candidate \d+ was dropped by "\w+" \(owner ads-[a-z]+\): \w+/);
  expect(again.ledger.stages.every((stage) => stage.drops === undefined)).toBe(true);
}, 60_000);

test("people see ads, prices and reasons, the ledger by stage and the time by node", async () => {
  const { out, exitCode } = await run("--sample", "3", "--ledger", "--timing");
  expect(exitCode).toBe(0);
  for (const title of ["position", "price", "reason", "entered", "reasons", "took ms", "normaliseRequest"]) {
    expect(out).toContain(title);
  }
  expect(out).not.toContain(String.fromCharCode(27));
}, 60_000);

test("a wrong body is wrong usage and names the field", async () => {
  const { exitCode, out } = await tenon(["run", ...SMALL, "--request", "-", "--json"], {
    folder,
    input: JSON.stringify({ ...sample.request, surface: "hoemFeed" }),
  });
  expect(exitCode).toBe(2);
  const { error } = JSON.parse(out) as { readonly error: { readonly code: string; readonly detail: string } };
  expect(error.code).toBe("TENON1610");
  expect(error.detail).toContain("surface");
}, 60_000);

for (const [what, input, found] of [
  ["no JSON", "{", "it is no JSON"],
  ["a list", "[1]", "found a list"],
  ["nothing", "", "it is no JSON"],
] as const) {
  test(`${what} on standard input is refused before anything is loaded`, async () => {
    const { exitCode, talk } = await tenon(["run", "--request", "-"], { folder, input });
    expect(exitCode).toBe(2);
    expect(talk).toContain("error TENON1704: the request in standard input cannot be read\n");
    expect(talk).toContain(found);
  });
}

test("a file that is not there, a setting that is wrong and a graph without a host are wrong usage", async () => {
  const missing = await run("--request", "nowhere.json");
  expect([missing.exitCode, missing.talk]).toEqual([2, expect.stringContaining("TENON1704")]);
  const setting = await tenon(["run", "--ads-max", "many"], { folder });
  expect([setting.exitCode, setting.talk]).toEqual([2, expect.stringContaining("TENON1600")]);
  const shop = shopProject("right");
  const graph = await run("openning", "--project", shop.folder);
  expect([graph.exitCode, graph.talk]).toEqual([2, expect.stringContaining('did you mean "opening"?')]);
  const unhosted = await run("opening", "--project", shop.folder);
  expect([unhosted.exitCode, unhosted.talk]).toEqual([2, expect.stringContaining("has no host")]);
  shop.remove();
});
