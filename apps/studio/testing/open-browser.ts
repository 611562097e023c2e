/** A Chromium for tests and pictures: the machine's own where TENON_CHROMIUM names one, else the one that comes by npm. */
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** Made for functions in a cloud: one process that dies with its first page, and no rules between sites. */
const NOT_HERE =
  /^--(single-process|no-zygote|disable-web-security|allow-running-insecure-content|disable-site-isolation-trials|headless)/;

export async function openBrowser(): Promise<Browser> {
  const own = process.env["TENON_CHROMIUM"];
  return playwright.launch({
    executablePath: own ? own : await chromium.executablePath(),
    args: own ? ["--no-sandbox"] : chromium.args.filter((arg) => !NOT_HERE.test(arg)),
  });
}
