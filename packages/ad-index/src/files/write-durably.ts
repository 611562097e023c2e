/** A file is either there with all its bytes, also after a power cut, or it is not there. */
import { randomUUID } from "node:crypto";
import { type FileHandle, link, open, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Marks files that nobody has finished. A process that was killed leaves them; nothing ever reads them. */
export const UNFINISHED = ".unfinished-";

/** How the finished file gets its name: `replace` over whatever stood there, `create` only where nothing stands. */
export type Finish = "replace" | "create";

/**
 * Writes beside the target, syncs, gives it its name, syncs the folder.
 *
 * @returns false when `create` found the name taken; nothing was changed then
 */
export async function writeDurably(
  path: string,
  write: (file: FileHandle) => Promise<void>,
  finish: Finish = "replace",
): Promise<boolean> {
  const folder = dirname(path);
  const unfinished = join(folder, `${UNFINISHED}${process.pid}-${randomUUID()}`);
  const file = await open(unfinished, "wx");
  try {
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    const isNamed = finish === "replace" ? await renamed(unfinished, path) : await linked(unfinished, path);
    await syncFolder(folder);
    return isNamed;
  } finally {
    await unlink(unfinished).catch(ignoreMissing);
  }
}

/** Makes names that were given or taken in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function renamed(from: string, to: string): Promise<true> {
  await rename(from, to);
  return true;
}

/** Unlike rename, link refuses a name that is taken: of two writers one wins. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== "ENOENT") throw error;
}

/** `ENOENT` and the like. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
