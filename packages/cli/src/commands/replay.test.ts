/** `tenon record` and `tenon replay` over the corpora that come with Tenon. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCorpus } from "@tenon/dev-run";
import { afterAll, expect, test } from "vitest";
import { committedCorpora } from "../dev-run/corpora.ts";
import { runLine } from "../testing/run-line.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));
const TIMEOUT_MS = 120_000;
const [indexing, serving] = committedCorpora();
const entries = [...(serving?.entries() ?? [])];
const id = entries.find(({ stratum }) => stratum === "homeFeed US plain")?.recording.requestId ?? "";

const handlerId =
  [...(indexing?.entries() ?? [])].find(({ recording }) => recording.graph === "serving-terms")?.recording.requestId ??
  "";

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
  "a replay begins at a node, and looks for leaks",
  async () => {
    expect((await replay(id, "--from", "scoreBids", "--leaks")).exitCode).toBe(0);
  },
  TIMEOUT_MS,
);

/** A committed corpus with something done to its bytes. */
function spoilt(name: string, spoil: (bytes: Buffer) => Buffer): string {
  writeFileSync(join(folder, name), spoil(Buffer.from(readFileSync(serving?.path ?? ""))));
  return name;
}

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] as number) ^ 1;
  return bytes;
}

const path = serving?.path ?? "";

test.each<[string, () => readonly string[], { readonly exitCode: number; readonly words: readonly string[] }]>([
  ["a missing file", () => ["none.runs"], { exitCode: 3, words: ["TENON2003", "none.runs", "ENOENT"] }],
  ["a folder", () => [folder], { exitCode: 3, words: ["TENON2003", "EISDIR"] }],
  [
    "a text",
    () => [spoilt("text.runs", () => Buffer.from("no corpus"))],
    { exitCode: 2, words: ["TENON2000", "expected it to begin with TENONRUN"] },
  ],
  [
    "an empty file",
    () => [spoilt("empty.runs", () => Buffer.alloc(0))],
    { exitCode: 2, words: ["TENON2000", "expected it to begin with TENONRUN"] },
  ],
  [
    "another format",
    () => [spoilt("old.runs", (bytes) => (bytes.writeUInt16LE(9, 8), bytes))],
    { exitCode: 2, words: ["TENON2000", "found format 9, this version reads format 1"] },
  ],
  [
    "a corrupt byte",
    () => [spoilt("damaged.runs", (bytes) => flipped(bytes, 5_000))],
    { exitCode: 3, words: ["TENON2001", "is damaged at byte", "the sum of block 1 does not fit"] },
  ],
  [
    "a cut file",
    () => [spoilt("cut.runs", (bytes) => bytes.subarray(0, 20_000))],
    { exitCode: 3, words: ["TENON2001", "it ends within block 1"] },
  ],
  ["an unknown run", () => [path, "none"], { exitCode: 2, words: ["TENON2004", 'holds no run "none"', "--ids"] }],
  [
    "an unknown run of no corpus",
    () => ["no-such-run"],
    { exitCode: 2, words: ["TENON2004", "there is no file", "indexing.runs, ", "serving.runs"] },
  ],
  [
    "an unknown node",
    () => [id, "--from", "scoreBid"],
    { exitCode: 2, words: ["TENON2006", 'did you mean "scoreBids"?'] },
  ],
  [
    "an unknown slot",
    () => [id, "--override", "clickProbabilty=1"],
    { exitCode: 2, words: ["TENON2005", 'has no slot "clickProbabilty"', 'did you mean "clickProbability"?'] },
  ],
  [
    "an unknown field",
    () => [id, "--override", 'normalRequest.contry="FJ"'],
    { exitCode: 2, words: ["TENON2005", 'has no field "contry"', 'did you mean "country"?'] },
  ],
  [
    "an unknown ad in a column",
    () => [id, "--override", "clickProbability@999999=0.5"],
    { exitCode: 2, words: ["TENON2005", "ad 999999 is not among its"] },
  ],
  [
    "an unknown ad to turn",
    () => [id, "--flip", "bid", "--explain", "999999"],
    { exitCode: 2, words: ["TENON2005", "ad 999999 has no value there in this run"] },
  ],
  ["an ad that is none", () => [id, "--explain", "1x"], { exitCode: 2, words: ["TENON1700", "a whole number"] }],
  ["no ad to turn", () => [id, "--flip", "bid"], { exitCode: 2, words: ["TENON1700", "add --explain AD"] }],
  [
    "one run's option for a corpus",
    () => [path, "--explain", "7"],
    { exitCode: 2, words: ["--explain is for one run"] },
  ],
  ["leaks of a corpus", () => [path, "--leaks"], { exitCode: 2, words: ["--leaks is for one run"] }],
  [
    "an ad of a run that judges none",
    () => [handlerId, "--explain", "4"],
    { exitCode: 2, words: ["TENON1700", 'graph "serving-terms" has no filter'] },
  ],
])(
  "%s is refused, and told what is wrong",
  async (_, args, { exitCode, words }) => {
    const { exitCode: code, talk, out } = await replay(...args());
    for (const each of words) expect(talk).toContain(each);
    expect(talk).toContain("hint:");
    expect({ code, out }).toEqual({ code: exitCode, out: "" });
  },
  TIMEOUT_MS,
);

test("an ad that no stage has seen is told so", async () => {
  const { exitCode, out } = await replay(id, "--explain", "999999");
  expect(out).toContain("candidate 999999 never entered a filter");
  expect(exitCode).toBe(0);
});

test("the runs of a corpus are listed, as text and as JSON, and none of them is run", async () => {
  const text = await replay(path, "--ids");
  expect(text.out.trimEnd().split("\n")).toHaveLength(entries.length + 1);
  expect(text.out).toMatch(new RegExp(`^${id} +ad-request +homeFeed US plain$`, "m"));
  const { out, exitCode } = await replay(path, "--ids", "--json");
  expect(JSON.parse(out)).toHaveLength(entries.length);
  expect(JSON.parse(out)).toContainEqual({ requestId: id, graph: "ad-request", stratum: "homeFeed US plain" });
  expect(exitCode).toBe(0);
});

test.each<[string, readonly string[], { readonly exitCode: number; readonly words: readonly string[] }]>([
  ["no file", [], { exitCode: 2, words: ["TENON1700", "--out <file>"] }],
  ["a folder", ["--out", "."], { exitCode: 3, words: ["TENON2003", "it is a folder"] }],
  ["a folder that cannot be made", ["--out", "/dev/null/x.runs"], { exitCode: 3, words: ["TENON2003", "/dev/null"] }],
  ["no requests", ["--out", "x.runs", "--requests", "0"], { exitCode: 2, words: ["TENON1700", "from 1"] }],
  ["no ads", ["--out", "x.runs", "--ads", "0"], { exitCode: 2, words: ["TENON1700", "from 1"] }],
  [
    "an address that is none",
    ["--out", "x.runs", "--url", "nonsense"],
    { exitCode: 2, words: ["no address of a host"] },
  ],
  [
    "a host that is not there",
    ["--out", "x.runs", "--url", "http://127.0.0.1:9"],
    { exitCode: 3, words: ["TENON1710"] },
  ],
  ["a request of no host", ["--out", "x.runs", "--id", "a"], { exitCode: 2, words: ["--id names a request", "--url"] }],
  [
    "a marketplace of a host",
    ["--out", "x.runs", "--url", "http://127.0.0.1:9", "--per-stratum", "2"],
    { exitCode: 2, words: ["TENON1700", "--per-stratum"] },
  ],
])("a recording of %s is refused before anything runs, and leaves no file", async (_, args, { exitCode, words }) => {
  const before = readdirSync(folder);
  const refused = await runLine(["record", ...args], { folder });
  for (const each of words) expect(refused.talk).toContain(each);
  expect({ code: refused.exitCode, out: refused.out }).toEqual({ code: exitCode, out: "" });
  expect(readdirSync(folder)).toEqual(before);
});

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
