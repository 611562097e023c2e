/**
 * Objects as files of a folder; several processes and machines may share it.
 *
 * Each write of a key is a file of its own, `key.<generation>`, made by linking a finished file to a name that must be free: of two
 * writers one gets it, without a lock that a killed process could leave behind. The highest generation is the object.
 */
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, readdir, stat, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { codeOf, syncFolder, UNFINISHED, writeDurably } from "../../files/write-durably.ts";
import { storeFailed, storeRefuses } from "../errors.ts";
import { bodyChunks } from "./body.ts";
import { type Body, isKey, type ListedObject, type ObjectStore, type StoredObject } from "./object-store.ts";

const GENERATION = /^(.+)\.g(\d{1,15})$/;
/**
 * Generations of a key that stay. A writer that slept while so many others wrote finds the name it wants free again, and is told
 * apart by that: the newest generation is this far away.
 */
const GENERATIONS_KEPT = 16;
/** Tries of a read whose generation was replaced under its hands. */
const READ_TRIES_MAX = 8;

export class FolderStore implements ObjectStore {
  readonly name: string;
  readonly #root: string;

  constructor(folder: string) {
    this.#root = resolve(folder);
    this.name = `folder "${this.#root}"`;
  }

  get(key: string): Promise<StoredObject | undefined> {
    return this.#guarded(async () => {
      for (let tries = 0; tries < READ_TRIES_MAX; tries++) {
        const generation = await this.#generationOf(key);
        if (generation === undefined) return undefined;
        const path = this.#path(key, generation);
        const facts = await stat(path).catch(ifThere);
        // Cleaned up since: there is a newer one, or none.
        if (facts === undefined) continue;
        return { bytes: facts.size, etag: etagOf(generation, facts), chunks: this.#chunksOf(path) };
      }
      throw storeFailed(this.name, `"${key}" changes too fast to be read`);
    });
  }

  putIfAbsent(key: string, body: Body): Promise<string | undefined> {
    return this.#guarded(async () => {
      if ((await this.#generationOf(key)) !== undefined) return undefined;
      return this.#write(key, body, 1);
    });
  }

  putIfMatch(key: string, body: Body, etag: string): Promise<string | undefined> {
    return this.#guarded(async () => {
      const generation = await this.#generationOf(key);
      if (generation === undefined) return undefined;
      const facts = await stat(this.#path(key, generation)).catch(ifThere);
      if (facts === undefined || etagOf(generation, facts) !== etag) return undefined;
      return this.#write(key, body, generation + 1);
    });
  }

  list(prefix: string): Promise<readonly ListedObject[]> {
    return this.#guarded(async () => {
      const newest = new Map<string, number>();
      for (const path of await filesUnder(this.#root)) {
        const [, key = "", text = ""] = GENERATION.exec(path.slice(this.#root.length + 1)) ?? [];
        if (isKey(key) && key.startsWith(prefix)) newest.set(key, Math.max(newest.get(key) ?? 0, Number(text)));
      }
      const listed: ListedObject[] = [];
      for (const [key, generation] of [...newest].sort(([left], [right]) => (left < right ? -1 : 1))) {
        const facts = await stat(this.#path(key, generation)).catch(ifThere);
        if (facts !== undefined) listed.push({ key, bytes: facts.size, modifiedAtMs: facts.mtimeMs });
      }
      return listed;
    });
  }

  delete(key: string): Promise<void> {
    return this.#guarded(async () => {
      // Oldest first: a process that dies half way leaves the object, not an older one in its place.
      for (const generation of await this.#generationsOf(key)) await unlink(this.#path(key, generation)).catch(ifThere);
    });
  }

  collectUnfinished(beforeMs: number): Promise<number> {
    return this.#guarded(async () => {
      let count = 0;
      for (const path of await filesUnder(this.#root)) {
        if (!basename(path).startsWith(UNFINISHED)) continue;
        const facts = await stat(path).catch(ifThere);
        if (facts === undefined || facts.mtimeMs >= beforeMs) continue;
        await unlink(path).catch(ifThere);
        count++;
      }
      return count;
    });
  }

  async #write(key: string, body: Body, generation: number): Promise<string | undefined> {
    const path = this.#path(key, generation);
    await makeFolder(dirname(path));
    const write = async (file: FileHandle) => {
      for await (const chunk of bodyChunks(body)) await file.writeFile(chunk);
    };
    if (!(await writeDurably(path, write, "create"))) return undefined;
    const facts = await stat(path).catch(ifThere);
    const generations = await this.#generationsOf(key);
    const newest = generations.at(-1) ?? generation;
    if (facts === undefined || newest - generation >= GENERATIONS_KEPT) {
      await unlink(path).catch(ifThere);
      return undefined;
    }
    for (const older of generations.filter((each) => newest - each >= GENERATIONS_KEPT)) {
      await unlink(this.#path(key, older)).catch(ifThere);
    }
    return etagOf(generation, facts);
  }

  /** Opened when it is read: who asks only for the etag leaves nothing open. */
  async *#chunksOf(path: string): AsyncGenerator<Uint8Array> {
    try {
      yield* createReadStream(path);
    } catch (cause) {
      throw storeFailed(this.name, "an object could not be read to its end", cause);
    }
  }

  #path(key: string, generation: number): string {
    return join(this.#root, `${key}.g${generation}`);
  }

  async #generationOf(key: string): Promise<number | undefined> {
    return (await this.#generationsOf(key)).at(-1);
  }

  /** Ascending. */
  async #generationsOf(key: string): Promise<readonly number[]> {
    if (!isKey(key)) throw storeRefuses(this.name, `"${key}" is no key`);
    const path = join(this.#root, key);
    const names = (await readdir(dirname(path)).catch(ifThere)) ?? [];
    const own = path.slice(dirname(path).length + 1);
    return names
      .map((name) => GENERATION.exec(name))
      .filter((match) => match?.[1] === own)
      .map((match) => Number(match?.[2]))
      .sort((left, right) => left - right);
  }

  async #guarded<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      const code = codeOf(error);
      if (code === "EACCES" || code === "EPERM" || code === "EROFS") throw storeRefuses(this.name, code);
      if (code !== undefined && /^E[A-Z\d]+$/.test(code)) throw storeFailed(this.name, code, error);
      throw error;
    }
  }
}

/** The generation alone would come back after a deletion. */
function etagOf(generation: number, { ino, mtimeMs }: { readonly ino: number; readonly mtimeMs: number }): string {
  return `${generation}-${ino}-${mtimeMs}`;
}

function ifThere(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
}

/** Makes a folder that survives a power cut: each new name is synced in the folder above it. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function filesUnder(folder: string): Promise<readonly string[]> {
  const entries = (await readdir(folder, { withFileTypes: true, recursive: true }).catch(ifThere)) ?? [];
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
