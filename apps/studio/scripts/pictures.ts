/** `npm run pictures`: the studio's pictures of the README, made by a real browser on a real host. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fatesOf, type RunDocument } from "../src/data/index.ts";
import { reportsFolder } from "../src/server/index.ts";
import { openBrowser } from "../testing/open-browser.ts";
import { sampleHost } from "../testing/sample-host.ts";
import { sampleReport } from "../testing/sample-report.ts";

const FOLDER = resolve(import.meta.dirname, "../../../docs/images");
const DESK = { width: 1_440, height: 900 };
/** Traced requests, so that "all kept" says something. */
const REQUESTS = 60;
const RUN = `sample-${REQUESTS - 1}`;

mkdirSync(FOLDER, { recursive: true });
const reports = mkdtempSync(join(tmpdir(), "tenon-pictures-"));
writeFileSync(join(reports, "report.json"), JSON.stringify(sampleReport()));
const sample = await sampleHost(REQUESTS, { more: { reports: reportsFolder(reports) } });
const browser = await openBrowser();
try {
  const run = (await (await fetch(`${sample.url}/studio/data/runs/${RUN}.json`)).json()) as RunDocument;
  const lost = [...fatesOf(run)].find(
    ([adId, fate]) => fate === "lost_auction" && /^[A-Z][a-z]+$/.test(run.brands[adId] ?? ""),
  )?.[0];
  const longest = run.nodes
    .filter(({ critical }) => critical)
    .toSorted((one, other) => other.durationMs - one.durationMs)[0]?.name;
  const pictures = [
    ["studio-verdict", `view=run&run=${RUN}&ad=${lost}`, "light", ".funnel"],
    ["studio-heat-dark", `view=run&run=${RUN}&heat=critical&level=nodes&node=${longest}`, "dark", ".funnel"],
    ["studio-report", "report/report", "light", ".verdict-head"],
  ] as const;
  for (const [name, hash, colorScheme, sign] of pictures) {
    const page = await browser.newPage({ viewport: DESK, colorScheme, reducedMotion: "reduce" });
    await page.goto(`${sample.url}/studio/#${hash}`);
    if (sign === ".funnel") await page.locator("[data-box]").first().waitFor();
    await page.locator(sign).first().waitFor();
    await page.screenshot({ path: `${FOLDER}/${name}.png` });
    await page.close();
    console.log(`docs/images/${name}.png`);
  }
} finally {
  await browser.close();
  await sample.stop();
  rmSync(reports, { recursive: true });
}
