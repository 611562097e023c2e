/** Two versions, two cohorts, near and far, and a host that is busy: the page in a real browser, on a real host. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { IndexDocument, RunDocument } from "../src/data/index.ts";
import { openBrowser } from "../testing/open-browser.ts";
import { openPage } from "../testing/open-page.ts";
import { type SampleHost, sampleHost } from "../testing/sample-host.ts";
import { twoVersionsOfAdRequest } from "../testing/two-versions.ts";

const PICTURES = resolve(import.meta.dirname, "../../../.tenon/studio-pictures");

// A browser that draws by software on a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 });

let sample: SampleHost;
let browser: Browser;
let page: Page;
const troubles: string[] = [];

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  [sample, browser] = await Promise.all([sampleHost(40, { graphs: twoVersionsOfAdRequest() }), openBrowser()]);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await sample?.stop();
}, 60_000);
afterEach(async () => {
  await page?.context().close();
  expect(troubles.splice(0)).toEqual([]);
});

async function open(hash: string): Promise<void> {
  page = await openPage(browser, { url: `${sample.url}/studio/#${hash}`, troubles });
}
const picture = (name: string) => page.screenshot({ path: join(PICTURES, `${name}.png`) });
const verdict = () => page.locator("main h1").first().innerText();
const fetched = async <Value>(address: string) =>
  (await (await fetch(`${sample.url}/studio/data/${address}`)).json()) as Value;

test("two versions stand in one picture: what they share at the same place, what is gone beside it", async () => {
  const { graphs } = await fetched<IndexDocument>("index.json");
  const [head, base] = graphs.filter(({ name }) => name === "ad-request");
  const places = async (hash: string) => {
    await open(`view=graph&graph=${hash}&level=nodes`);
    await page.keyboard.press("0");
    await page.locator('[data-box="buildResponse"]').waitFor();
    const found = await page
      .locator(".react-flow__node")
      .evaluateAll((nodes) =>
        nodes.map(
          (node) =>
            [
              node.getAttribute("data-id") ?? "",
              (node as unknown as { style: { transform: string } }).style.transform,
            ] as const,
        ),
      );
    await page.context().close();
    return new Map(found);
  };
  const [now, before] = [await places(head?.hash ?? ""), await places(base?.hash ?? "")];
  expect(now.size).toBe(before.size + 1);
  for (const [id, place] of before) expect(now.get(id), id).toBe(place);
  // Looked at from the older version, the newer one's node is what is gone.
  await open(`view=graph&graph=${base?.hash}&with=${head?.hash}&level=nodes&node=expandContext`);
  const gone = page.locator('.box.removed[data-box="expandContext"]');
  await gone.waitFor();
  expect(await gone.locator(".mark").innerText()).toBe("− gone");
  expect(await page.locator(".lines path.removed").count()).toBeGreaterThan(1);
  await page.keyboard.press("Escape");
  expect(await page.locator("aside.panel").innerText()).toMatch(/rankLight\s+budgetMs \d+ → 1/);
  await picture("versions");
});

test("cohorts: a filter against the rest, differences of shares and times with counts, marked in the graph", async () => {
  await open("view=requests");
  await page.getByLabel("Find requests").fill("surface:search");
  const { runs } = await fetched<IndexDocument>("index.json");
  const meant = runs.filter(({ facts }) => facts.surface === "search").length;
  expect(await page.locator("tbody tr").count()).toBe(meant);
  await page.getByRole("link", { name: `Compare these ${meant} with the rest` }).click();
  await page.locator("table.both").first().waitFor();
  expect(await verdict()).toMatch(new RegExp(`^${meant} requests against ${runs.length - meant}[.:]`));
  // Words are searched for on the search surface alone.
  const keyword = page.locator('[data-time="retrieveByKeyword"] td');
  expect(await keyword.nth(1).innerText()).toMatch(new RegExp(`s, .+s ${meant}$`));
  expect(await keyword.nth(2).innerText()).toBe("never ran");
  // Counted once more, from the documents of the runs themselves.
  const documents = await Promise.all(runs.map(({ requestId }) => fetched<RunDocument>(`runs/${requestId}.json`)));
  const drops = (isSearch: boolean) =>
    documents
      .filter(({ request }) => (request["surface"] === "search") === isSearch)
      .flatMap(({ stages }) =>
        stages.filter(({ node }) => node === "dedupeAdvertisers").flatMap((stage) => stage.drops),
      );
  const cells = page.locator('[data-row="dedupeAdvertisers deduped"] td');
  for (const [at, isSearch] of [
    [1, true],
    [2, false],
  ] as const)
    expect(await cells.nth(at).innerText()).toMatch(
      new RegExp(`^\\d+ % ${drops(isSearch).length.toLocaleString("en-US")}$`),
    );
  expect(await cells.nth(3).innerText()).toMatch(/[+−]?\d+\.\d ± \d+\.\d/);
  // Marked in the table, marked in the graph.
  const outstanding = page.locator("tr.outstanding a");
  if ((await outstanding.count()) > 0) expect(await page.locator(".box.changed").count()).toBeGreaterThan(0);
  await picture("cohorts");
  await page.getByLabel("against those").fill("surface:related colour:red");
  expect(await page.getByRole("alert").innerText()).toContain("not understood: colour:red");
  expect(await verdict()).toBe("No request is left to compare with.");
});

test("from far only names; from near whose it is, p50, p99 and fallbacks over the kept requests", async () => {
  await open("view=run&level=nodes&heat=self&node=predictClicks");
  const box = page.locator('[data-box="predictClicks"]');
  const close = box.locator(".line.close");
  await box.waitFor();
  expect(await close.first().isVisible()).toBe(false);
  for (let at = 0; at < 5; at++) await page.getByRole("button", { name: "Closer" }).click();
  await page.locator(".graph.zoom-near").waitFor();
  expect(await close.first().innerText()).toBe("ads-ranking · no fallback");
  expect(await close.last().innerText()).toMatch(/^p50 .+s · p99 .+s$/);
  const [text = 99, whole = 0] = await box.evaluate((own) => [
    own.querySelector(".text")?.clientHeight ?? 99,
    own.clientHeight,
  ]);
  expect(text).toBeLessThanOrEqual(whole);
  await picture("near");
  for (let at = 0; at < 9; at++) await page.getByRole("button", { name: "Further" }).click();
  await page.locator(".graph.zoom-far").waitFor();
  expect(await box.locator(".line").first().isVisible()).toBe(false);
  expect(await box.locator(".name").isVisible()).toBe(true);
});

test("a host that repeats as many requests as it may is asked again, and then answers", async () => {
  await open("view=run&run=sample-5");
  const address = /\/nodes\/normaliseRequest\.json/;
  let refusals = 0;
  await page.route(address, (route) => {
    if (refusals++ > 0) return route.continue();
    return route.fulfill({ status: 503, headers: { "retry-after": "1" }, json: { code: "TENON1613" } });
  });
  await page.goto(`${sample.url}/studio/#view=run&run=sample-5&node=normaliseRequest`);
  await page.locator('aside.panel [data-slot="normalRequest"]').getByText('"surface"').waitFor();
  await page.unroute(address);
  expect(refusals).toBe(2);
  // The browser itself notes the refusal.
  expect(troubles.splice(0).filter((trouble) => !trouble.includes("503"))).toEqual([]);
});
