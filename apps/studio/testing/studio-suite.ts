/**
 * A real host, a real browser and the page that a test looks at, for the tests of one file. The page must not complain, nor ask anybody
 * else. Pictures are kept in `.tenon/studio-pictures`.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import { openBrowser } from "./open-browser.ts";
import { type OpenPage, openPage } from "./open-page.ts";
import type { SampleHost } from "./sample-host.ts";

export const PICTURES = resolve(import.meta.dirname, "../../../.tenon/studio-pictures");
/** A browser that draws by software on a busy machine takes its time. */
const TEST_MS_MAX = 90_000;
const START_MS_MAX = 180_000;
const STOP_MS_MAX = 60_000;

export let sample: SampleHost;
export let browser: Browser;
/** The one that was opened last. */
export let page: Page;
/** What pages complained about, or asked of somebody else. */
export const troubles: string[] = [];

/** Once per file: a host and a browser before its tests, none behind them. */
export function studioSuite(start: () => Promise<SampleHost>): void {
  vi.setConfig({ testTimeout: TEST_MS_MAX });
  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    [sample, browser] = await Promise.all([start(), openBrowser()]);
  }, START_MS_MAX);
  afterAll(async () => {
    await browser?.close();
    await sample?.stop();
  }, STOP_MS_MAX);
  afterEach(async () => {
    await page?.context().close();
    expect(troubles.splice(0)).toEqual([]);
  });
}

interface Opened extends Partial<Pick<OpenPage, "size" | "theme">> {
  /** Where the studio is. */
  readonly base?: string;
}

export async function open(hash: string, { base = `${sample.url}/studio/`, ...options }: Opened = {}): Promise<Page> {
  page = await openPage(browser, { url: `${base}#${hash}`, ...options, troubles });
  return page;
}

export const picture = (name: string) => page.screenshot({ path: join(PICTURES, `${name}.png`) });
/** The sentence that is read first. */
export const verdict = () => page.locator("main h1").first().innerText();
export const fetched = async <Value>(address: string) =>
  (await (await fetch(`${sample.url}/studio/data/${address}`)).json()) as Value;
