/** `npm run pictures`: the studio's pictures of the README, made by a real browser on a real host. */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { fatesOf, type RunDocument } from "../src/data/index.ts";
import { openBrowser } from "../testing/open-browser.ts";
import { sampleHost } from "../testing/sample-host.ts";

const FOLDER = resolve(import.meta.dirname, "../../../docs/images");
const DESK = { width: 1_440, height: 900 };
/** Traced requests, so that "all kept" says something. */
const REQUESTS = 60;
const RUN = `sample-${REQUESTS - 1}`;

mkdirSync(FOLDER, { recursive: true });
const sample = await sampleHost(REQUESTS);
const browser = await openBrowser();
try {
  const run = (await (await fetch(`${sample.url}/studio/data/runs/${RUN}.json`)).json()) as RunDocument;
  const lost = [...fatesOf(run)].find(
    ([adId, fate]) => fate === "lost_auction" && /^[A-Z][a-z]+$/.test(run.brands[adId] ?? ""),
  )?.[0];
  const pictures = [
    ["studio-verdict", `view=run&run=${RUN}&ad=${lost}`, "light"],
    ["studio-heat-dark", `view=run&run=${RUN}&heat=self&open=group:ads-ranking&node=predictClicks`, "dark"],
  ] as const;
  for (const [name, hash, colorScheme] of pictures) {
    const page = await browser.newPage({ viewport: DESK, colorScheme, reducedMotion: "reduce" });
    await page.goto(`${sample.url}/studio/#${hash}`);
    await page.locator("[data-box]").first().waitFor();
    await page.locator(".funnel").waitFor();
    await page.screenshot({ path: `${FOLDER}/${name}.png` });
    await page.close();
    console.log(`docs/images/${name}.png`);
  }
} finally {
  await browser.close();
  await sample.stop();
}
