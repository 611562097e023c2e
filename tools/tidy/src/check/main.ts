/** `npm run check`: runs every step, prints what failed, and names at the end how to run the failed steps alone. */
import { spawnSync } from "node:child_process";
import { root } from "../repository.ts";
import { checkSteps } from "./steps.ts";

/** A type error in a shared file repeats everywhere: the first screens of it are enough. */
const OUTPUT_LINES_MAX = 120;

const failed: string[] = [];
for (const { script, holds } of checkSteps) {
  const startedMs = performance.now();
  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", script], { cwd: root, encoding: "utf8" });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1).padStart(5);
  console.log(`${status === 0 ? "ok    " : "FAILED"} ${script.padEnd(13)}${seconds} s  ${holds}`);
  if (status === 0) continue;
  failed.push(script);
  const lines = `${stdout}${stderr}`.trimEnd().split("\n");
  console.log(lines.slice(0, OUTPUT_LINES_MAX).join("\n"));
  if (lines.length > OUTPUT_LINES_MAX) console.log(`… ${lines.length - OUTPUT_LINES_MAX} more lines`);
}
if (failed.length > 0) {
  console.log(`\ncheck failed: ${failed.map((script) => `npm run ${script}`).join(", ")}`);
  process.exitCode = 1;
}
