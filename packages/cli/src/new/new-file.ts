import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cliError } from "../cli-error.ts";

/** A file that `tenon new` writes; `edited` for one that was there and gets an addition. */
export interface NewFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly edited: boolean;
}

export function newFile(path: string, text: string): NewFile {
  return { path, text, edited: false };
}

/** The file with `add` applied to its text; `undefined` text for a file that is not there yet. */
export function editedFile(root: string, path: string, add: (text: string | undefined) => string): NewFile {
  const file = join(root, path);
  const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  return { path, text: add(before), edited: before !== undefined };
}

/**
 * Writes all files, or none when one of them would overwrite something.
 *
 * @throws GraphError TENON1707
 */
export function writeFiles(root: string, files: readonly NewFile[]): void {
  const taken = files.filter(({ path, edited }) => !edited && existsSync(join(root, path)));
  if (taken.length > 0) {
    throw cliError("alreadyThere", {
      message: `${taken[0]?.path} is already there`,
      detail: "nothing was written",
      hint: "choose another name, or remove the file first",
    });
  }
  for (const { path, text } of files) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** Puts one `export … from "path"` line where the order of paths wants it. */
export function withExport(text: string, line: string): string {
  const pathOf = (each: string): string | undefined => /^export .* from "([^"]+)";$/.exec(each)?.[1];
  const own = pathOf(line) ?? "";
  const lines = text.split("\n");
  const at = lines.findIndex((each) => (pathOf(each) ?? "") > own);
  const last = lines.findLastIndex((each) => pathOf(each) !== undefined);
  lines.splice(at === -1 ? last + 1 : at, 0, line);
  return lines.join("\n");
}
