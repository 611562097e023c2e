/**
 * How long a person waits for the studio, in a real browser on this machine: from the click on a link to the first picture
 * that says something (the verdict and the first boxes of the ad graph), with a warm server, and what the page weighs.
 * The browser draws by software. Not measured here: a network between browser and host.
 */
import { gzipSync } from "node:zlib";
import { openBrowser } from "../../../apps/studio/testing/open-browser.ts";
import { type SampleHost, sampleHost } from "../../../apps/studio/testing/sample-host.ts";
import { median } from "../harness/interleave.ts";
import { atMost, type Goal, type Part, rounded } from "../harness/report.ts";

export interface StudioAmounts {
  readonly requests: number;
  readonly openings: number;
}

/** First meaningful picture, ms, and the bundle, kB of gzip without layout code, which is not in it at all. */
const PICTURE_MS_MAX = 1_000;
const BUNDLE_KB_MAX = 250;

export async function studio({ requests, openings }: StudioAmounts): Promise<Part> {
  const sample = await sampleHost(requests);
  try {
    const opened = await openTimes(sample, openings);
    const { bytes, packed } = await weight(sample);
    const picture = (id: string, what: string, ms: readonly number[]): Goal =>
      atMost(id, `studio: ${what}, ad graph of 42 nodes, warm server, median ms`, median(ms), PICTURE_MS_MAX);
    return {
      goals: [
        picture("firstPicture", "first meaningful picture, nothing cached", opened.first),
        picture("again", "the same with the page's files cached", opened.again),
        atMost("bundle", "studio: bundle, kB of gzip", packed / 1_000, BUNDLE_KB_MAX),
      ],
      rows: [
        rowOf("nothing cached", opened.first),
        rowOf("files cached", opened.again),
        { workload: "bundle", kB: rounded(bytes / 1_000), gzipKB: rounded(packed / 1_000) },
      ],
    };
  } finally {
    await sample.stop();
  }
}

async function openTimes({ url }: SampleHost, openings: number) {
  const browser = await openBrowser();
  const [first, again]: [number[], number[]] = [[], []];
  try {
    for (let at = 0; at <= openings; at++) {
      const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } });
      const page = await context.newPage();
      for (const times of [first, again]) {
        const startedMs = performance.now();
        await page.goto(`${url}/studio/#view=run`, { waitUntil: "commit" });
        await page.locator(".verdict h1").waitFor();
        await page.locator("[data-box]").first().waitFor();
        const tookMs = performance.now() - startedMs;
        // The first round starts the browser's own processes.
        if (at > 0) times.push(tookMs);
        await page.goto("about:blank");
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
  return { first, again };
}

/** Everything the page loads before its data. */
async function weight({ url }: SampleHost): Promise<{ readonly bytes: number; readonly packed: number }> {
  const html = await (await fetch(`${url}/studio/`)).text();
  const names = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map((match) => match[1]);
  let [bytes, packed] = [0, 0];
  for (const name of names) {
    const file = Buffer.from(await (await fetch(`${url}/studio/${name}`)).arrayBuffer());
    bytes += file.length;
    packed += gzipSync(file).length;
  }
  return { bytes, packed };
}

function rowOf(workload: string, ms: readonly number[]) {
  return {
    workload,
    medianMs: rounded(median(ms)),
    leastMs: rounded(Math.min(...ms)),
    mostMs: rounded(Math.max(...ms)),
    runs: ms.length,
  };
}
