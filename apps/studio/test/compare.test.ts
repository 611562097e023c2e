/** Two versions, two cohorts, near and far, and a host that is busy: the page in a real browser, on a real host. */
import { expect, test } from "vitest";
import type { IndexDocument, RunDocument } from "../src/data/index.ts";
import { sampleHost } from "../testing/sample-host.ts";
import { fetched, open, page, picture, sample, studioSuite, troubles, verdict } from "../testing/studio-suite.ts";
import { twoVersionsOfAdRequest } from "../testing/two-versions.ts";

studioSuite(() => sampleHost(40, { graphs: twoVersionsOfAdRequest() }));

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
  // The picture begins where the two differ.
  await open(`view=graph&graph=${head?.hash}&with=${base?.hash}&level=nodes`);
  const first = page.locator('.box.changed[data-box="rankLight"]');
  await first.waitFor();
  const [pane, box] = await Promise.all([page.locator(".canvas").boundingBox(), first.boundingBox()]);
  const isBetween = (at: number, from: number, to: number) => at >= from && at <= to;
  expect(isBetween(box?.y ?? 0, pane?.y ?? 0, (pane?.y ?? 0) + (pane?.height ?? 0))).toBe(true);
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
