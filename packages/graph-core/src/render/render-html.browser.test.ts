import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adRequestGraph } from "../../test/fixtures/ad-request-graph.ts";
import { topologyOf } from "../graph/topology.ts";
import { renderTopology } from "./render-topology.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const START_MS = 60_000;

function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

const browser = findBrowser();

describe.skipIf(browser === undefined)(
  "the page in a browser (needs chromium on the PATH)",
  { timeout: START_MS },
  () => {
    let folder = "";
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "tenon-page-"));
      writeFileSync(join(folder, "page.html"), renderTopology(topologyOf(adRequestGraph), "html"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    /** The page's markup after its script ran, and what it wrote to the console: a breach of its policy is written there. */
    function open(address: string): { readonly markup: string; readonly console: readonly string[] } {
      const flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        `--user-data-dir=${folder}/profile`,
        "--virtual-time-budget=1000",
        "--dump-dom",
      ];
      const run = spawnSync(browser ?? "", [...flags, `file://${folder}/page.html${address}`], {
        encoding: "utf8",
        timeout: START_MS,
      });
      return { markup: run.stdout, console: run.stderr.split("\n").filter((line) => line.includes("CONSOLE")) };
    }

    const boxesWith = (markup: string, look: string): readonly string[] =>
      [...markup.matchAll(/<g class="box node([^"]*)" data-node="([^"]*)"/g)]
        .filter(([, classes = ""]) => classes.split(" ").includes(look))
        .map(([, , name = ""]) => name);

    test("an address with a node shows its contract, what it depends on and what depends on it", () => {
      const { markup, console } = open("#node=paceOut");
      expect(console).toEqual([]);
      expect(boxesWith(markup, "self")).toEqual(["paceOut"]);
      expect(boxesWith(markup, "up")).toContain("mergeCandidates");
      expect(boxesWith(markup, "up")).not.toContain("blend");
      expect(boxesWith(markup, "down")).toContain("blend");
      expect(boxesWith(markup, "down")).not.toContain("loadCounts");
      expect(/<aside[^>]*>([\s\S]*?)<\/aside>/.exec(markup)?.[1]).toContain("slows campaigns ahead of plan");
    });

    test("an address with a search and an owner shows the nodes that match both", () => {
      const { markup, console } = open("#owner=ads-ranking&find=predict");
      expect(console).toEqual([]);
      expect(boxesWith(markup, "self")).toEqual(["predictClick", "predictConversion", "predictClickNext"]);
      expect(markup).toContain("3 of 35 nodes");
    });
  },
);
