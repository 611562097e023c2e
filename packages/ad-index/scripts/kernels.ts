/** `npm run kernels`: assembles the vector kernels from their text. A test fails while the bytes are not those of the text. */
import { readFileSync, writeFileSync } from "node:fs";
import wabt from "wabt";
import { kernelModuleText } from "../src/vectors/kernels/assemble-kernels.ts";

const folder = new URL("../src/vectors/kernels/", import.meta.url);
const { parseWat } = await wabt();

const text = readFileSync(new URL("kernels.wat", folder), "utf8");
const module = kernelModuleText(text, (source) => {
  const parsed = parseWat("kernels.wat", source, { simd: true, threads: true, relaxed_simd: true });
  return parsed.toBinary({}).buffer;
});
writeFileSync(new URL("kernel-bytes.generated.ts", folder), module);
