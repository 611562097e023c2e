/**
 * The page in a real browser, on a real host: each job from its question to its answer, by mouse and by keys, light and dark,
 * on a desk and in a hand.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { expect, test } from "vitest";
import {
  fatesOf,
  type IndexDocument,
  type NodeValues,
  type RunDocument,
  type WhatIfRequest,
} from "../src/data/index.ts";
import { randomTopology } from "../src/data/testing/random-topology.ts";
import { appFiles, documentView, exportStudio } from "../src/server/index.ts";
import { freshFacts } from "../src/server/testing/document-facts.ts";
import { axeFindings } from "../testing/axe-findings.ts";
import { DESK, HAND } from "../testing/open-page.ts";
import { sampleHost } from "../testing/sample-host.ts";
import { fetched, open, page, picture, sample, studioSuite, troubles, verdict } from "../testing/studio-suite.ts";
import { twoVersionsOfAdRequest } from "../testing/two-versions.ts";

const LARGE = 1_500;

studioSuite(() => {
  const owners = Array.from({ length: LARGE }, (_, at) => Math.floor(at / 7) % 12);
  const large = randomTopology(
    owners,
    Array.from({ length: LARGE }, (_, at) => [Math.max(0, at - 1), (at * 7) % Math.max(1, at)]),
  );
  return sampleHost(40, {
    graphs: [...twoVersionsOfAdRequest(), large],
    more: {
      document: async (adId) => {
        const stale =
          adId === 7
            ? { hosts: [{ url: "http://ads-3", version: 4, appliedAtMs: null, offset: null, problem: undefined }] }
            : {};
        return documentView({ ...freshFacts(), ...stale, adId });
      },
      lineage: async () => ({
        format: "tenon.studio.lineage/1",
        items: [
          { kind: "source", name: "ads.bid", owner: "ads-data" },
          { kind: "leaf", name: "ad.bid", owner: "ads-auction" },
          { kind: "logged", name: "bid_micros", owner: "ads-measurement" },
          { kind: "source", name: "ads.title", owner: "ads-data" },
        ],
        edges: [
          { from: 0, to: 1, via: ["handler ad-offer (ads-auction)"] },
          { from: 1, to: 2, via: [] },
        ],
      }),
      whatIf: async ({ adId, flip }: WhatIfRequest) => ({
        first: { node: "scoreBids", owner: "ads-auction", slots: ["auctionScore"] },
        differing: [{ node: "scoreBids", owner: "ads-auction", slots: ["auctionScore"] }],
        ...{
          before: `Ad ${adId} lost.`,
          after: `Ad ${adId} is shown.`,
          shownBefore: [],
          shownAfter: [adId ?? 0],
          reran: 12,
        },
        flip:
          flip === null
            ? null
            : { what: flip, from: 1, to: 2, unit: "micros", sentence: `A ${flip} of $2.00 would show ad ${adId}.` },
      }),
    },
  });
});

/** An ad of the newest run with that fate. */
async function adWith(fate: string): Promise<number> {
  const fates = fatesOf(await fetched<RunDocument>("runs/sample-39.json"));
  const found = [...fates].find(([, each]) => each === fate)?.[0];
  if (found === undefined) throw new Error(`no ad is ${fate}`);
  return found;
}

test("job A: from a pasted id to the verdict, its node, its winner and its way, by keys alone", async () => {
  const lost = await adWith("lost_auction");
  await open("view=run");
  expect(await verdict()).toMatch(/ads? (was|were) shown, of [\d,]+ candidates/);
  await page.keyboard.press("Control+k");
  await page.keyboard.type(String(lost));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: `Ad ${lost}` }).waitFor();
  expect(await verdict()).toMatch(
    /did not show\. pickWinners dropped it: other ads were worth more.* \(\$.+ against \$.+\)\. Ad \d+ took the last place/,
  );
  const facts = await page.locator(".facts").innerText();
  for (const word of ["pickWinners", "lost_auction", "up to the market", "ads-auction", "pick-winners.ts:"])
    expect(facts).toContain(word);
  expect(await page.getByRole("img", { name: "the ad was dropped here" }).count()).toBe(1);
  // Its way ends where it was dropped, in the graph too.
  expect(await page.locator(".path li").last().innerText()).toContain("pickWinners");
  expect(await page.locator(".box.ad-dropped").getAttribute("data-box")).toBe("group:ads-auction");
  await picture("verdict");
  const hash = new URL(page.url()).hash;
  const said = await verdict();
  await page.reload();
  await page.locator(".facts").waitFor();
  expect([new URL(page.url()).hash, await verdict()]).toEqual([hash, said]);
});

test("an ad that never entered: its document is asked, there is nothing to change in this request", async () => {
  await open("view=run&run=sample-39&ad=99999999");
  const actions = page.locator(".actions");
  await actions.getByRole("link", { name: "Its document" }).waitFor();
  expect(await actions.locator(".main").allInnerTexts()).toEqual(["Its document"]);
  expect(await actions.getByRole("button", { name: "What would make it show?" }).count()).toBe(0);
});

test("zero rows are hidden, and named; all kept requests count together", async () => {
  await open("view=run");
  const rows = await page.locator(".stages button.stage").allInnerTexts();
  for (const row of rows) expect(row).toMatch(/−[\d,]+ \w+/);
  expect(await page.locator(".silent").innerText()).toContain("dropped none");
  const own = await page.locator(".funnel h2").innerText();
  await page.getByRole("button", { name: "All 40 kept" }).click();
  expect(await page.locator(".funnel h2").innerText()).not.toBe(own);
  const shown = await adWith("shown");
  await page.goto(`${sample.url}/studio/#view=requests&ad=${shown}`);
  await page.getByRole("heading", { level: 1, name: `Ad ${shown} was a candidate in` }).waitFor();
});

test("the node panel: provenance, times, log badge; groups open where they are clicked", async () => {
  await open("view=run&heat=self");
  const group = page.locator('[data-box="group:ads-retrieval"]');
  const before = await group.boundingBox();
  await group.click();
  const opened = await page.locator('.open-group[data-box="group:ads-retrieval"]').boundingBox();
  expect(Math.abs((opened?.x ?? 0) - (before?.x ?? 99))).toBeLessThan(1.5);
  expect(Math.abs((opened?.y ?? 0) - (before?.y ?? 99))).toBeLessThan(1.5);
  await page.goto(`${sample.url}/studio/#view=run&heat=self&open=group:ads-ranking`);
  // The focus brings a box into sight, and Enter chooses it.
  await page.locator('[data-box="assembleFeatures"]').focus();
  await page.keyboard.press("Enter");
  await page.locator("aside.panel .title").waitFor();
  const panel = await page.locator("aside.panel").innerText();
  for (const word of [
    "served = logged",
    "Running",
    "Waiting",
    "Slack",
    "trimmedAds",
    "← trimCandidates",
    "→ predictClicks",
    "assemble-features.ts:",
  ])
    expect(panel).toContain(word);
  expect(await page.locator(".box.heat-5").count()).toBeGreaterThan(0);
  await picture("node");
});

test("a node's values: the ad's own first, its way back by the writers, what is personal and what it is not among", async () => {
  const lost = await adWith("lost_auction");
  await open(`view=run&run=sample-39&ad=${lost}&node=pickWinners`);
  const slot = (name: string) => page.locator(`aside.panel [data-slot="${name}"]`);
  const { slots } = await fetched<NodeValues>(`runs/sample-39/nodes/pickWinners.json?ad=${lost}`);
  const entered = slots.find(({ key }) => key === "distinctAdvertisers");
  const own = page.getByRole("region", { name: `Ad ${lost} in distinctAdvertisers` });
  await own.waitFor();
  expect(await own.innerText()).toContain(`row ${entered?.ad?.row}`);
  expect(await own.innerText()).toMatch(
    new RegExp(`creativeId\\s+${Number(entered?.ad?.values["creativeId"]).toLocaleString("en-US")}`),
  );
  expect(await slot("auctionWinners").innerText()).toContain(`Ad ${lost} is not among them.`);
  // Inputs stand beside outputs.
  const [reads, writes] = await Promise.all(
    ["Reads", "Writes"].map((name) => page.getByRole("region", { name, exact: true }).boundingBox()),
  );
  expect([writes?.y, (writes?.x ?? 0) > (reads?.x ?? 0)]).toEqual([reads?.y, true]);
  await own.scrollIntoViewIfNeeded();
  await picture("values");
  await slot("distinctAdvertisers").getByRole("link", { name: "dedupeAdvertisers" }).click();
  await page.getByRole("heading", { level: 2, name: "dedupeAdvertisers" }).waitFor();
  await page.getByRole("region", { name: `Ad ${lost} in eligibleBids` }).waitFor();
  await page.goto(`${sample.url}/studio/#view=run&run=sample-39&ad=${lost}&node=normaliseRequest`);
  await slot("normalRequest").getByText('"surface"').waitFor();
  expect(await slot("adRequest").innerText()).toContain("personal: not shown");
  expect(await slot("adRequest").locator("pre").count()).toBe(0);
});

test("keys: along the edges, critical path, groups, selection, help", async () => {
  await open("view=run&level=nodes&node=rankLight");
  const node = () => new URLSearchParams(new URL(page.url()).hash.slice(1)).get("node");
  await page.keyboard.press("ArrowUp");
  expect(node()).toBe("assembleLightFeatures");
  await page.keyboard.press("ArrowDown");
  expect(node()).toBe("rankLight");
  await page.keyboard.press("Escape");
  expect(node()).toBeNull();
  const path = (await fetched<RunDocument>("runs/sample-39.json")).criticalPath;
  await page.keyboard.press("n");
  expect(node()).toBe(path[0]);
  await page.keyboard.press("n");
  expect(node()).toBe(path[1]);
  await page.keyboard.press("p");
  expect(node()).toBe(path[0]);
  await page.keyboard.press("g");
  await page.locator(".box.group").first().waitFor();
  await page.goto(`${sample.url}/studio/#view=run&node=rankLight`);
  await page.locator('[data-box="group:ads-ranking"]').waitFor();
  await page.keyboard.press("]");
  await page.locator('[data-box="rankLight"]').waitFor();
  await page.keyboard.press("[");
  await page.locator('[data-box="rankLight"]').waitFor({ state: "detached" });
  await page.keyboard.press("/");
  await page.keyboard.type("owner:ads-auction drops>10%");
  expect(await page.locator(".finds [role=status]").innerText()).toMatch(/^\d+ of 42$/);
  expect(await page.locator(".box.dimmed").count()).toBeGreaterThan(5);
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  expect(await page.getByRole("dialog", { name: "Keys and help" }).innerText()).toContain("along the edges");
});

test("heat is never colour alone: each step has its ticks", async () => {
  await open("view=run&level=nodes&heat=critical", { theme: "dark" });
  for (const step of [1, 3, 5]) {
    const box = page.locator(`.box.heat-${step}`).first();
    if ((await box.count()) > 0) expect(await box.locator(".ticks .on").count()).toBe(step);
  }
  expect(await page.locator(".box.critical").count()).toBeGreaterThan(5);
  expect(await page.locator(".lines path.critical").count()).toBeGreaterThan(3);
  expect(await page.locator(".box .line", { hasText: "slack" }).count()).toBeGreaterThan(0);
  await picture("critical-dark");
});

test("compare: request with request, graph version with version", async () => {
  await open("view=run&tab=compare");
  await page.getByLabel("The other request").selectOption("sample-3");
  await page.locator("aside.panel table").waitFor();
  expect(await page.locator("aside.panel").innerText()).toContain("Shown in both");
  await page.getByLabel("Select nodes").fill("changed");
  expect(await page.locator(".finds [role=status]").innerText()).not.toBe("0 of 42");
  const { graphs } = await fetched<IndexDocument>("index.json");
  const [head, base] = graphs.filter(({ name }) => name === "ad-request");
  await page.goto(`${sample.url}/studio/#view=graph&graph=${head?.hash}&with=${base?.hash}&level=nodes`);
  await page.getByRole("heading", { level: 1, name: "Nodes: 1 added, 1 changed." }).waitFor();
  expect(await page.locator(".box.added").getAttribute("data-box")).toBe("expandContext");
  expect(await page.locator(".box.changed").getAttribute("data-box")).toBe("rankLight");
});

test("what if: the smallest bid, and an edit of one column", async () => {
  const lost = await adWith("lost_auction");
  await open(`view=run&ad=${lost}`);
  await page.getByRole("button", { name: "What would make it show?" }).click();
  await page.getByRole("button", { name: "Smallest bid" }).click();
  await page.getByText(`A bid of $2.00 would show ad ${lost}.`).waitFor();
  await page.getByLabel("New value").fill("9000000");
  await page.getByRole("button", { name: "Run again" }).click();
  await page.getByText("First to differ: scoreBids").waitFor();
  expect(await page.locator("aside.panel").innerText()).toContain(
    `npx tenon record --url ${sample.url} --id sample-39 --out sample-39.runs && npx tenon replay sample-39.runs sample-39 --explain ${lost} --save-test sample-39.test.ts`,
  );
});

test("job B: the document's sentence, the rung that holds, the gap and its owner; lineage both ways", async () => {
  await open("view=document&ad=7");
  expect(await verdict()).toBe(
    "Host http://ads-3 still serves version 4; version 5 of ad 7 was published at offset 3.",
  );
  expect(await page.locator(".ladder li.holds").innerText()).toContain("Has a serving host not loaded it?");
  expect(await page.locator(".ladder li.holds .evidence").innerText()).toContain("http://ads-3 version 4");
  expect(await page.locator(".ladder > li").count()).toBe(15);
  expect(await page.locator(".gap").innerText()).toMatch(/Largest gap:.* with\s+ads-serving/s);
  await picture("document");
  await page.getByRole("navigation").getByRole("link", { name: "Lineage" }).click();
  await page.getByRole("button", { name: "bid_micros" }).click();
  expect(await verdict()).toBe("bid_micros is made of 2 things, and nobody lives on it.");
  await page.getByRole("button", { name: "ads.bid" }).click();
  expect(await verdict()).toBe("ads.bid is made of nothing else, and 2 live on it.");
  expect(await page.getByRole("button", { name: "ads.title" }).count()).toBe(0);
});

test(`at ${LARGE} nodes no more than 200 boxes are drawn, whatever is opened`, async () => {
  const { graphs } = await fetched<IndexDocument>("index.json");
  const large = graphs.find(({ nodes }) => nodes === LARGE);
  await open(`view=graph&graph=${large?.hash}`);
  for (let at = 0; at < 6; at++) {
    const group = page.locator(".box.group").nth(at);
    if ((await group.count()) === 0) break;
    await group.dispatchEvent("click");
    const boxes = Number(await page.locator(".graph").getAttribute("data-boxes"));
    expect(boxes).toBeLessThanOrEqual(200);
    expect(await page.locator(".react-flow__node").count()).toBeLessThanOrEqual(200);
  }
  await picture("large");
});

test("SVG, PNG, Mermaid, DOT and Perfetto are made in the page", async () => {
  await open("view=run&level=nodes");
  const taken = async (name: string) => {
    await page.getByText("Export", { exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).click()]);
    return readFileSync(await download.path());
  };
  const svg = (await taken("SVG picture")).toString();
  expect(svg).toMatch(/^<svg xmlns/);
  expect(svg).toContain("rankLight");
  expect((await taken("PNG picture")).subarray(1, 4).toString()).toBe("PNG");
  expect((await taken("Mermaid")).toString()).toContain('n_rankLight["rankLight<br/>ads-ranking"]');
  expect((await taken("DOT")).toString()).toContain('"assembleLightFeatures" -> "rankLight"');
  const trace = JSON.parse((await taken("Perfetto trace")).toString()) as { traceEvents: { name: string }[] };
  expect(trace.traceEvents.map(({ name }) => name)).toContain("rankLight");
});

test("from a folder and any server of files it says the same, below any path", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-static-"));
  await exportStudio({ folder, app: await appFiles(), ask: (address) => fetched(address) });
  const types: Readonly<Record<string, string>> = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".html": "text/html",
  };
  const files = createServer((request, reply) => {
    const file = join(
      folder,
      decodeURIComponent((request.url ?? "").replace(/^\/some\/where/, "").replace(/\/$/, "/index.html")),
    );
    if (!existsSync(file)) return void reply.writeHead(404).end("{}");
    reply.setHeader("content-type", types[extname(file)] ?? "").end(readFileSync(file));
  });
  await new Promise<void>((done) => files.listen(0, "127.0.0.1", done));
  const base = `http://127.0.0.1:${(files.address() as AddressInfo).port}/some/where/`;
  const lost = await adWith("lost_auction");
  await open(`view=run&run=sample-39&ad=${lost}`);
  const said = await verdict();
  await page.context().close();
  await open(`view=run&run=sample-39&ad=${lost}`, { base });
  expect(await verdict()).toBe(said);
  await page.context().close();
  await open("view=run&run=sample-39&node=pickWinners", { base });
  await page.getByRole("region", { name: "Rows of distinctAdvertisers" }).waitFor();
  files.close();
  files.closeAllConnections();
  rmSync(folder, { recursive: true });
});

test("beyond this machine the page asks for the token, and opens with it", async () => {
  const adminToken = "a-secret-of-16-chars";
  const locked = await sampleHost(2, {
    environment: { TENON_ADMIN_TOKEN: adminToken },
    flags: { host: "0.0.0.0", adsMax: "2000", warmUpRequests: "0" },
  });
  try {
    await open("view=run", { base: `${locked.url.replace("0.0.0.0", "127.0.0.1")}/studio/` });
    await page.getByLabel("Admin token").fill(adminToken);
    await page.getByRole("button", { name: "Open the studio" }).click();
    await page.locator("[data-box]").first().waitFor();
  } finally {
    await locked.stop();
  }
  // The browser itself notes each refusal in its console.
  expect(troubles.splice(0).filter((trouble) => !trouble.includes("401"))).toEqual([]);
});

const VIEWS = [
  "view=run",
  "view=run&ad=LOST&node=pickWinners&heat=self",
  "view=requests",
  "view=cohorts&a=surface:search",
  "view=graph",
  "view=document&ad=7",
  "view=lineage",
  "view=live",
  "view=run&tab=compare&with=sample-1",
];
test.each(VIEWS.flatMap((view) => (["light", "dark"] as const).map((theme) => [view, theme] as const)))(
  "axe finds nothing wrong: %s, %s",
  async (view, theme) => {
    await open(view.replace("LOST", String(await adWith("lost_auction"))), {
      theme,
      size: theme === "dark" ? HAND : DESK,
    });
    await page.locator("main h1").first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await picture(`${view.replace(/\W+/g, "-").slice(5, 24)}-${theme}`);
  },
  90_000,
);

test("in a hand nothing is wider than the page", async () => {
  for (const view of VIEWS.slice(0, 7)) {
    await open(view.replace("LOST", String(await adWith("lost_auction"))), { size: HAND });
    const wide = await page.locator("main").evaluate((main) => main.scrollWidth - main.clientWidth);
    expect(wide, view).toBeLessThanOrEqual(0);
    await page.context().close();
  }
});
