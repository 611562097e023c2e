/** The secret under which logs speak of users: made once per data folder, kept there for its owner's eyes only. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostError } from "./host-error.ts";

const KEY_BYTES = 32;
const FILE = "pseudonym.key";

/** A key for one process: pseudonyms that nothing outlives. */
export function freshKey(): string {
  return randomBytes(KEY_BYTES).toString("base64url");
}

/** @throws GraphError TENON1604 when the folder cannot be written or the key cannot be read */
export function keyOf(dataFolder: string): string {
  const path = join(dataFolder, FILE);
  try {
    mkdirSync(dataFolder, { recursive: true });
    try {
      writeFileSync(path, freshKey(), { flag: "wx", mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const key = readFileSync(path, "utf8").trim();
    if (key.length >= KEY_BYTES) return key;
    throw new Error(`expected a key of at least ${KEY_BYTES} characters, found ${key.length}`);
  } catch (error) {
    throw hostError("cannotKeepData", {
      message: `the key of pseudonyms cannot be kept in "${dataFolder}"`,
      detail: (error as Error).message,
      hint: "set dataFolder to a folder this process may write; delete a damaged pseudonym.key to begin with new pseudonyms",
      cause: error,
    });
  }
}
