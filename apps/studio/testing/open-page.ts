/** A page of the studio in a context of its own, which tells what it complained about and whom else it asked. */
import type { Browser, Page } from "playwright-core";

export interface Size {
  readonly width: number;
  readonly height: number;
}
export const DESK: Size = { width: 1440, height: 900 };
export const HAND: Size = { width: 390, height: 844 };

export interface OpenPage {
  readonly url: string;
  readonly size?: Size;
  readonly theme?: "light" | "dark";
  /** Complaints of the page, and requests to somebody else, are added. */
  readonly troubles: string[];
}

/** Settles once there is something to read. */
export async function openPage(
  browser: Browser,
  { url, size = DESK, theme = "light", troubles }: OpenPage,
): Promise<Page> {
  const context = await browser.newContext({ viewport: size, colorScheme: theme, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(url).origin) && !/^(data|blob):/.test(request.url()))
      troubles.push(`asked ${request.url()}`);
  });
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  await page.locator("[data-box], .sheet, .problem").first().waitFor();
  return page;
}
