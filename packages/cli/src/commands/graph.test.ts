import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { golden } from "../testing/golden.ts";
import { shopProject } from "../testing/shop-project.ts";
import { tenon } from "../testing/tenon.ts";

const shop = shopProject("right");
const { folder } = shop;
afterAll(shop.remove);

for (const [format, file] of [
  ["text", "graph.txt"],
  ["json", "graph.json"],
  ["mermaid", "graph.mmd"],
] as const) {
  test(`graph --${format} is the one that was reviewed`, async () => {
    const { out, talk, exitCode } = await tenon(["graph", "opening", `--${format}`], { folder });
    expect([exitCode, talk]).toEqual([0, ""]);
    expect(out.endsWith("\n") && !out.includes(folder)).toBe(true);
    await expect(out).toMatchFileSnapshot(golden(file));
  });
}

test("--out writes the picture to a file and says so on standard error", async () => {
  const out = mkdtempSync(join(tmpdir(), "tenon-graph-"));
  try {
    for (const format of ["svg", "html"] as const) {
      const file = join(out, `opening.${format}`);
      const ended = await tenon(["graph", "opening", `--${format}`, "--out", file], { folder });
      expect(ended).toEqual({ exitCode: 0, out: "", talk: `wrote ${file}\n` });
      expect(readFileSync(file, "utf8")).toContain(format === "svg" ? "<svg" : "<!doctype html>");
    }
  } finally {
    rmSync(out, { recursive: true });
  }
});

test("without a name, graphs are listed", async () => {
  const { out } = await tenon(["graph", "--json"], { folder });
  expect(JSON.parse(out)).toEqual({
    graphs: [{ name: "opening", owner: "shop-platform", nodes: 2, purpose: "says whether a shop is open" }],
  });
});

test("an unknown graph is wrong usage with a near name", async () => {
  const { exitCode, out, talk } = await tenon(["graph", "openning"], { folder });
  expect([exitCode, out]).toEqual([2, ""]);
  expect(talk).toContain('hint: did you mean "opening"?');
});

test("graphs that do not load are a finding", async () => {
  const unloadable = shopProject("unloadable");
  const { exitCode, talk } = await tenon(["graph"], { folder: unloadable.folder });
  unloadable.remove();
  expect(exitCode).toBe(1);
  expect(talk).toContain("error TENON1702: the graphs cannot be loaded: ");
});
