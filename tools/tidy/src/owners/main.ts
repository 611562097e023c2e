/** `npm run owners` writes what is generated from owners.json; with `--check` it says what is out of date and fails. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { root } from "../repository.ts";
import { generatedFiles } from "./generated-files.ts";

const stale = generatedFiles().filter((file) => !file.current);
if (process.argv.includes("--check")) {
  for (const { path } of stale) console.error(`${path} is out of date: run npm run owners`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  for (const { path, text } of stale) {
    writeFileSync(resolve(root, path), text);
    console.log(`wrote ${path}`);
  }
}
