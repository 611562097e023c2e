/** Prints how long first use and warm starts take here: `node scripts/measure-start.ts [folder] [warm starts]`. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureStart } from "../src/testing/measure-start.ts";

const [folder, warmStarts = "5"] = process.argv.slice(2);
const parent = folder ?? (await mkdtemp(join(tmpdir(), "tenon-measure-")));
try {
  const figures = await measureStart({ dataFolder: join(parent, "postgres") }, Number(warmStarts));
  const whole = (ms: number) => ms.toFixed(0);
  console.log(`user ${process.getuid?.()}: first use ${whole(figures.firstUseMs)} ms`);
  console.log(`warm ${figures.warmMs.map(whole).join(", ")} ms; stop ${figures.stopMs.map(whole).join(", ")} ms`);
} finally {
  await rm(parent, { recursive: true, force: true });
}
