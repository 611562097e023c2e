import { readFileSync } from "node:fs";

/** Version of the `tenon` package, the same for every package of a release. */
export function cliVersion(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
