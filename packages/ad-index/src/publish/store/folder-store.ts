/**
 * Objects as files of a folder; several processes and machines may share it.
 *
 * Each write of a key is a file of its own, `key.<generation>`, made by linking a finished file to a name that must be free: of two
 * writers one gets it, without a lock that a killed process could leave behind. The highest generation is the object.
 */
import { type FileHandle, mkdir, open, readdir, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { codeOf, syncFolder, UNFINISHED, writeDurably } from "../../files/write-durably.ts";
import { storeFailed, storeRefuses } from "../errors.ts";
import { bodyChunks } from "./body.ts";
import { type Body, isKey, type ListedObject, type ObjectStore, type StoredObject } from "./object-store.ts";

const GENERATION = /^(.+)\.g(\d{1,15})$/;

export class FolderStore implements ObjectStore {
  readonly name: string;
  readonly #root: string;

  constructor(folder: string) {
    this.#root = resolve(folder);
    this.name = `folder "${this.#root}"`;
  }

  get(key: string): Promise<StoredObject | undefined> {
    return this.#guarded(async () => {
      const generation = await this.#generationOf(key);
      if (generation === undefined) return undefined;
      const file = await openIfThere(this.#path(key, generation));
      // Replaced and cleaned up since: there is a newer one.
      if (file === undefined) return this.get(key);
      const { size } = await file.stat();
      return { bytes: size, etag: String(generation), chunks: chunksOf(file) };
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
      if (generation === undefined || String(generation) !== etag) return undefined;
      return this.#write(key, body, generation + 1);
    });
  }

  list(prefix: string): Promise<readonly ListedObject[]> {
    return this.#guarded(async () => {
      const newest = new Map<string, number>();
      for (const path of await namesUnder(this.#root)) {
        const [, key = "", text = ""] = GENERATION.exec(path) ?? [];
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

  async #write(key: string, body: Body, generation: number): Promise<string | undefined> {
    const path = this.#path(key, generation);
    await makeFolder(dirname(path));
    const write = async (file: FileHandle) => {
      for await (const chunk of bodyChunks(body)) await file.writeFile(chunk);
    };
    if (!(await writeDurably(path, write, "create"))) return undefined;
    const generations = await this.#generationsOf(key);
    if (generations.at(-1) !== generation) {
      // A writer that slept: others went past this generation and cleaned it up, so that its name was free again.
      await unlink(path).catch(ifThere);
      return undefined;
    }
    for (const older of generations.slice(0, -1)) await unlink(this.#path(key, older)).catch(ifThere);
    return String(generation);
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
      if (code?.startsWith("E")) throw storeFailed(this.name, code, error);
      throw error;
    }
  }
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  // Closes the file when it ends, also when the reader ends it.
  yield* file.createReadStream();
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return open(path, "r").catch(ifThere);
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

/** Files under a folder, by path from there; without unfinished ones. */
async function namesUnder(folder: string): Promise<readonly string[]> {
  const entries = (await readdir(folder, { withFileTypes: true, recursive: true }).catch(ifThere)) ?? [];
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith(UNFINISHED))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
