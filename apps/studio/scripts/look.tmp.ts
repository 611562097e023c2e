import { openBrowser } from "./open-browser.ts";
import { sampleHost } from "./sample-host.ts";

const { url, stop } = await sampleHost(40);
console.log(`${url}/studio/`);
const browser = await openBrowser();
const shots = process.argv.slice(2).map((s) => s.split("@"));
for (const [name, hash, w = "1440", h = "900", theme = "light"] of shots) {
  const page = await browser.newPage({ viewport: { width: +w, height: +h }, colorScheme: theme as "light" });
  page.on("console", (m) => m.type() === "error" && console.log("console:", m.text()));
  page.on("pageerror", (e) => console.log("pageerror:", e.message));
  const t0 = performance.now();
  await page.goto(`${url}/studio/#${hash}`);
  await page
    .waitForSelector("[data-box], .sheet, .problem", { timeout: 15000 })
    .catch((e) => console.log(e.message.slice(0, 200)));
  console.log(name, Math.round(performance.now() - t0), "ms");
  await page.waitForTimeout(500);
  await page.screenshot({ path: `/tmp/studio-shots/${name}.png` });
  await page.close();
}
await browser.close();
await stop();
process.exit(0);
