import { openBrowser } from "./open-browser.ts";

const browser = await openBrowser();
const base = process.argv[2];
for (const [name, hash, w = "1440", h = "900", theme = "light"] of process.argv.slice(3).map((s) => s.split("@"))) {
  const page = await browser.newPage({ viewport: { width: +w, height: +h }, colorScheme: theme as "light" });
  page.on("console", (m) => m.type() === "error" && console.log("console:", m.text()));
  page.on("pageerror", (e) => console.log("pageerror:", e.message));
  const t0 = performance.now();
  await page.goto(`${base}/studio/#${hash}`);
  await page
    .waitForSelector("[data-box], .sheet, .problem", { timeout: 15000 })
    .catch((e) => console.log(e.message.slice(0, 200)));
  console.log(name, Math.round(performance.now() - t0), "ms");
  await page.waitForTimeout(600);
  await page.screenshot({ path: `/tmp/studio-shots/${name}.png` });
  await page.close();
}
await browser.close();
