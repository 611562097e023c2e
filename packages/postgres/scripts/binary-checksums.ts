/**
 * Prints the checksum that `binaries.ts` pins, for unpacked platform packages:
 * `node scripts/binary-checksums.ts <folder of package>…`, each with `package.json` and `native` in it.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "../src/embedded/keeper/binaries.ts";

for (const folder of process.argv.slice(2)) {
  const { name, version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  console.log(`${name} ${version} ${await digestOf(join(folder, "native"))}`);
}
