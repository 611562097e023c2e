import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ScratchFolder {
  readonly folder: string;
  readonly remove: () => void;
}

/** A folder of a test's own. */
export function scratchFolder(): ScratchFolder {
  const folder = mkdtempSync(join(tmpdir(), "tenon-admixer-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
