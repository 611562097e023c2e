/** Files that are slow to make and the same for the same name: kept in the machine's folder for temporary files. */
import { hash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FOLDER = join(tmpdir(), "tenon-bench-retrieval");

/** Where the file of these facts lies, whether it exists or not. The facts are all that its content depends on. */
export function cachePath(facts: string, ending: string): string {
  mkdirSync(FOLDER, { recursive: true });
  return join(FOLDER, `${hash("sha256", facts).slice(0, 20)}.${ending}`);
}

/** Writes a file so that a reader, or a process that ends halfway, never meets a part of it. */
export function writeWhole(path: string, write: (path: string) => void): void {
  const partial = `${path}.${process.pid}`;
  write(partial);
  renameSync(partial, path);
}

/** The doubles of these facts, computed once per machine. */
export function cachedDoubles(facts: string, compute: () => Float64Array): Float64Array {
  const path = cachePath(facts, "f64");
  if (existsSync(path)) {
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    return new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
  }
  const values = compute();
  writeWhole(path, (partial) => writeFileSync(partial, new Uint8Array(values.buffer)));
  return values;
}
