/** `tenon record` and `tenon replay` over the corpora that come with Tenon. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCorpus } from "@tenon/dev-run";
import { afterAll, expect, test } from "vitest";
import { committedCorpora } from "../dev-run/corpora.ts";
import { runLine } from "../testing/run-line.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));
const TIMEOUT_MS = 120_000;
const [, serving] = committedCorpora();
const entries = [...(serving?.entries() ?? [])];
const id = entries.find(({ stratum }) => stratum === "homeFeed US plain")?.recording.requestId ?? "";

const replay = (...args: readonly string[]) => runLine(["replay", ...args], { folder });

interface Explained {
  readonly same: boolean;
  readonly answer: {
    readonly adResponse: { readonly positions: readonly { readonly kind: string; readonly adId: number }[] };
  };
  readonly values: Readonly<
    Record<string, { readonly node: string; readonly value: readonly { readonly id: number }[] }>
  >;
}

async function valuesOf(run: string): Promise<Explained> {
  const { exitCode, out } = await replay(run, "--values", "--json");
  expect(exitCode).toBe(0);
  return JSON.parse(out) as Explained;
}

/** An ad that was scored and is not shown. */
async function loser(): Promise<number> {
  const { values, answer } = await valuesOf(id);
  const shown = new Set(answer.adResponse.positions.filter(({ kind }) => kind === "ad").map(({ adId }) => adId));
  return values["distinctAdvertisers"]?.value.find((ad) => !shown.has(ad.id))?.id ?? -1;
}

test(
  "a run is found by its id alone, and is as it was recorded",
  async () => {
    const { exitCode, out } = await replay(id);
    expect(out).toContain(`run ${id} of ad-request`);
    expect(out).toContain("same as recorded, to the byte");
    expect(exitCode).toBe(0);
  },
  TIMEOUT_MS,
);

test(
  "an ad's verdict, the smallest bid that turns it, and the proof of it",
  async () => {
    const adId = await loser();
    const asked = await replay(id, "--explain", String(adId), "--flip", "score", "--json");
    const { explained, flip } = JSON.parse(asked.out) as {
      explained: { fate: string; sentence: string };
      flip: { found: boolean; flippedAt: number; keptAt: number };
    };
    expect(explained).toMatchObject({
      fate: "dropped",
      sentence: expect.stringContaining(`candidate ${adId} was dropped by`),
    });
    expect(flip.found).toBe(true);
    const tried = async (score: number) => {
      const { out } = await replay(
        id,
        "--override",
        `clickProbability@${adId}=${score}`,
        "--explain",
        String(adId),
        "--json",
      );
      return JSON.parse(out) as { edited: { first: unknown; ads: { after: { fate: string } }[] } };
    };
    expect(await tried(flip.flippedAt)).toMatchObject({
      edited: { first: { node: "scoreBids", owner: "ads-auction" }, ads: [{ after: { fate: "kept" } }] },
    });
    expect(await tried(flip.keptAt)).toMatchObject({ edited: { ads: [{ after: { fate: "dropped" } }] } });
    const text = await replay(
      id,
      "--override",
      `clickProbability@${adId}=${flip.flippedAt}`,
      "--explain",
      String(adId),
    );
    expect(text.out).toContain(`what if clickProbability of ad ${adId} = ${flip.flippedAt}`);
    expect(text.out).toContain("first scoreBids (owner ads-auction)");
  },
  TIMEOUT_MS,
);

test(
  "fields and slots are overridden by words",
  async () => {
    const { out, exitCode } = await replay(id, "--override", "normalRequest.adSlotsWanted=0", "--json");
    expect(JSON.parse(out)).toMatchObject({
      edited: { edits: ["normalRequest.adSlotsWanted = 0"], responseChanged: true },
    });
    expect(exitCode).toBe(0);
    for (const [words, detail] of [
      ["normalRequest", "expected slot=json"],
      ["a=b", "no JSON"],
      ["a@7=true", "a number or a word"],
    ] as const) {
      const refused = await replay(id, "--override", words);
      expect(refused.exitCode).toBe(2);
      expect(refused.talk).toContain(detail);
    }
    expect(await replay(id, "--override", "nothing=1")).toMatchObject({
      exitCode: 2,
      talk: expect.stringContaining("TENON2005"),
    });
  },
  TIMEOUT_MS,
);

test(
  "an override that needs what was not recorded ends as incomplete, and names node, method and resource",
  async () => {
    const { exitCode, out } = await replay(id, "--override", 'normalRequest.country="FJ"');
    expect(exitCode).toBe(3);
    expect(out).toMatch(/TENON1304 node "retrieve\w+" .*method "searchVectors" of resource "adIndex"/);
  },
  TIMEOUT_MS,
);

test(
  "a replay begins at a node, looks for leaks, and refuses unknown runs, nodes and files",
  async () => {
    expect((await replay(id, "--from", "scoreBids", "--leaks")).exitCode).toBe(0);
    expect(await replay(id, "--from", "scoreBid")).toMatchObject({
      exitCode: 2,
      talk: expect.stringContaining("TENON2006"),
    });
    expect(await replay("no-such-run")).toMatchObject({ exitCode: 2, talk: expect.stringContaining("TENON2004") });
    expect(await replay("none.runs")).toMatchObject({ exitCode: 3, talk: expect.stringContaining("TENON2003") });
    writeFileSync(join(folder, "text.runs"), "no corpus");
    expect(await replay("text.runs")).toMatchObject({ exitCode: 2, talk: expect.stringContaining("TENON2000") });
    const damaged = Buffer.from(readFileSync(serving?.path ?? ""));
    damaged[5_000] = (damaged[5_000] as number) ^ 1;
    writeFileSync(join(folder, "damaged.runs"), damaged);
    expect(await replay("damaged.runs")).toMatchObject({ exitCode: 3, talk: expect.stringContaining("TENON2001") });
    expect(await replay(serving?.path ?? "", "--explain", "7")).toMatchObject({ exitCode: 2 });
  },
  TIMEOUT_MS,
);

test(
  "a recorded corpus is replayed whole, as text and as JSON",
  async () => {
    const recorded = await runLine(
      [
        "record",
        "--out",
        "own.runs",
        "--ads",
        "300",
        "--users",
        "20",
        "--requests",
        "24",
        "--per-stratum",
        "3",
        "--json",
      ],
      { folder },
    );
    expect(recorded.exitCode).toBe(0);
    const { runs, strata } = JSON.parse(recorded.out) as { runs: number; strata: Record<string, number> };
    expect(runs).toBeGreaterThan(10);
    expect(Object.values(strata).reduce((sum, count) => sum + count, 0)).toBe(runs);
    const { exitCode, out } = await replay("own.runs", "--json");
    expect(JSON.parse(out)).toMatchObject({ runs, same: runs, different: [], incomplete: [], versions: [] });
    expect(exitCode).toBe(0);
    const text = await replay("own.runs");
    expect(text.out).toContain(`runs ${runs}, ${runs} as recorded`);
    expect(readCorpus(join(folder, "own.runs")).header.name).toBe("serving");
  },
  TIMEOUT_MS,
);

test(
  "a run is saved as a test that runs, and fails when the run is another one",
  async () => {
    const file = join(import.meta.dirname, `saved-run-${process.pid}.test.ts`);
    const runs = file.replace(".ts", ".runs");
    const vitest = () =>
      execFileSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", file], {
        cwd: join(import.meta.dirname, "../../../.."),
        encoding: "utf8",
        timeout: 60_000,
        stdio: "pipe",
      });
    try {
      const adId = await loser();
      expect((await replay(id, "--explain", String(adId), "--save-test", file)).exitCode).toBe(0);
      expect(vitest()).toContain("2 passed");
      const text = readFileSync(file, "utf8");
      writeFileSync(file, text.replace('"fate":"dropped"', '"fate":"kept"'));
      expect(vitest).toThrow(/Failed Tests 1/);
    } finally {
      rmSync(file, { force: true });
      rmSync(runs, { force: true });
    }
  },
  TIMEOUT_MS,
);
