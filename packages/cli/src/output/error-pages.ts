import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A page of `docs/errors`. */
export interface ErrorPage {
  /** `TENON1004`. */
  readonly code: string;
  readonly title: string;
  readonly markdown: string;
}

/** In a checkout beside the packages, in a published package beside the code. */
const FOLDERS = ["../../../../docs/errors", "../errors"] as const;

/** Every page, by ascending code. */
export function errorPages(): readonly ErrorPage[] {
  const folder = FOLDERS.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path));
  if (folder === undefined) return [];
  const files = readdirSync(folder).filter((file) => /^TENON\d{4}\.md$/.test(file));
  return files.sort().map((file) => {
    const markdown = readFileSync(join(folder, file), "utf8");
    const code = file.slice(0, -".md".length);
    return { code, title: /^# \w+: (.*)$/m.exec(markdown)?.[1] ?? "", markdown };
  });
}
