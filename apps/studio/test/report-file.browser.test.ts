/** The one-file report in a browser: what its policy allows, what a newcomer sees first, on a desk and on a phone, light and dark. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Report, renderHtml } from "@tenon/dev-run/report";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { axeFindings } from "../testing/axe-findings.ts";
import { openBrowser } from "../testing/open-browser.ts";
import { emptyReport, sampleReport } from "../testing/sample-report.ts";

const WAIT_MS_MAX = 120_000;
const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
const studio = { url: "studio/", reportId: "report" };
const folder = mkdtempSync(join(tmpdir(), "tenon-report-page-"));
/** Pictures for whoever looks at a failed job. */
const pictures = process.env["TENON_PICTURES"];
let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
}, WAIT_MS_MAX);
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A value of a recording that would be markup, and the indexing side, which the sample was made without. */
function wholeReport(): Report {
  const report = sampleReport();
  const [first, ...others] = report.findings;
  if (first === undefined) throw new Error("the sample has no finding");
  const title = `${first.title} <img src="https://elsewhere.example/x.png" onerror="document.title='owned'">`;
  const side = { runs: 9.75, writes: 11.5, messages: 3.5, messageBytes: 9807, hops: 3, chainMs: 0.33, workMs: 1.1 };
  const cost = { kind: "bid", changes: 4, base: { ...side, chain: ["terms", "offer", "servable"] }, head: null };
  const counts = {
    changes: 29,
    groupsCompared: 511,
    documentsCompared: 40,
    differentCount: 0,
    different: [],
    failures: [],
  };
  return {
    ...report,
    findings: [{ ...first, title }, ...others],
    documents: { ...report.documents, indexing: { ...counts, costs: [cost] } },
  };
}

async function open(report: Report, size: keyof typeof SIZES, colorScheme: "light" | "dark") {
  const file = join(folder, "report.html");
  writeFileSync(file, renderHtml(report, studio));
  // Without the policy, for axe, which is a script; a page of its own, as a policy cannot be taken back.
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme, bypassCSP: true });
  const page = await context.newPage();
  const said: string[] = [];
  const asked: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return { page, said, asked, close: () => context.close() };
}

async function pictured(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `report-${name}.png`) });
}

for (const size of ["desk", "phone"] as const) {
  for (const scheme of ["light", "dark"] as const) {
    test(
      `${size}, ${scheme}: nothing is wrong for axe, nothing is wider than the page, the first screen says what was found and who looks`,
      async () => {
        const { page, said, asked, close } = await open(wholeReport(), size, scheme);
        await pictured(page, `${size}-${scheme}`);
        expect(await axeFindings(page)).toEqual([]);
        expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(SIZES[size].width);
        const onScreen = async (text: string) => {
          const box = await page.getByRole("heading", { name: text, exact: true }).first().boundingBox();
          return box !== null && box.y + box.height <= SIZES[size].height;
        };
        expect(await onScreen("What was found")).toBe(true);
        if (size === "desk") expect(await onScreen("Who must look")).toBe(true);
        expect(said).toEqual([]);
        // The page itself, and nothing of the values in it.
        expect(asked).toHaveLength(1);
        expect(await page.title()).not.toBe("owned");
        await close();
      },
      WAIT_MS_MAX,
    );
  }
}

test(
  "under its policy the page has its style and runs no script of anybody",
  async () => {
    writeFileSync(join(folder, "report.html"), renderHtml(wholeReport(), studio));
    const page = await browser.newPage({ viewport: SIZES.desk });
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    await page.goto(pathToFileURL(join(folder, "report.html")).href);
    expect(said).toEqual([]);
    expect(await page.evaluate<string>("getComputedStyle(document.querySelector('.tiles')).display")).toBe("grid");
    await page.evaluate(
      "const script = document.createElement('script'); script.textContent = 'document.title = `owned`'; document.body.append(script); 0",
    );
    expect(await page.title()).not.toBe("owned");
    expect(said.join()).toContain("Content Security Policy");
    await page.close();
  },
  WAIT_MS_MAX,
);

test(
  "every link within the page leads somewhere; findings and runs lead into the studio beside it",
  async () => {
    const { page, close } = await open(wholeReport(), "desk", "light");
    const hrefs = await page.evaluate<string[]>(
      "[...document.querySelectorAll('a')].map((each) => each.getAttribute('href'))",
    );
    const inside = hrefs.filter((href) => href.startsWith("#"));
    const ids = new Set(await page.evaluate<string[]>("[...document.querySelectorAll('[id]')].map((each) => each.id)"));
    const missing = inside.filter((href) => !ids.has(href.slice(1)));
    expect(inside.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
    const outside = hrefs.filter((href) => !href.startsWith("#"));
    expect(outside.every((href) => href.startsWith("studio/index.html#"))).toBe(true);
    expect(outside).toContain("studio/index.html#report/report/finding/F1");
    expect(outside.some((href) => href.includes("view=run&run="))).toBe(true);
    await page.keyboard.press("Tab");
    expect(await page.evaluate<string>("document.activeElement.tagName")).toBe("A");
    await close();
  },
  WAIT_MS_MAX,
);

test(
  "a report with nothing to say says that first, and is as clean",
  async () => {
    const { page, close } = await open(emptyReport(), "phone", "light");
    expect(await page.locator("h1").textContent()).toBe("nothing differs in 704 runs");
    expect(await page.getByText("Nobody.").isVisible()).toBe(true);
    expect(await axeFindings(page)).toEqual([]);
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(SIZES.phone.width);
    await close();
  },
  WAIT_MS_MAX,
);
