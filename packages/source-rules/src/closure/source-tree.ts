/**
 * Which sources a module runs, through its imports, and a digest of what they say. Two versions of a node whose digests
 * are equal run the same code: comments, blanks, types and the places of files are not part of it.
 *
 * A file that only hands on what others export is followed by name, or every user of one constant of a package would
 * depend on all of it.
 */
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { type ModuleFacts, moduleFacts } from "./module-facts.ts";

interface Manifest {
  readonly name?: string;
  readonly workspaces?: readonly string[];
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

const SOURCE_CONDITION = "@tenon/source";

export class SourceTree {
  readonly #root: string;
  /** By digest of the text: two versions share most of their files. */
  readonly #known: Map<string, ModuleFacts>;
  readonly #modules = new Map<string, ModuleFacts | undefined>();
  readonly #packages: ReadonlyMap<string, { readonly folder: string; readonly manifest: Manifest }>;

  /** @param known what was read of other trees; files of the same text are not parsed again */
  constructor(root: string, known: Map<string, ModuleFacts> = new Map()) {
    this.#root = root;
    this.#known = known;
    const { workspaces = [] } = manifestOf(root);
    const folders = globSync(
      workspaces.map((each) => `${each}/package.json`),
      { cwd: root },
    ).map(dirname);
    this.#packages = new Map(
      folders.map((folder) => {
        const manifest = manifestOf(join(root, folder));
        return [manifest.name ?? folder, { folder: join(root, folder), manifest }];
      }),
    );
  }

  /** Path from the root → digest, of a module and everything of this tree that it runs. Empty for a file that is not there. */
  sourcesOf(file: string): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    const open = [{ path: join(this.#root, file), names: undefined as readonly string[] | undefined }];
    const seen = new Set<string>();
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { path, names } = next;
      const facts = this.#module(path);
      const key = facts?.handsOnOnly === true ? `${path} ${names?.join(" ") ?? "*"}` : path;
      if (facts === undefined || seen.has(key)) continue;
      seen.add(key);
      if (!facts.handsOnOnly) found.set(relative(this.#root, path).replaceAll("\\", "/"), facts.digest);
      for (const each of facts.handsOnOnly ? this.#handedOn(path, facts, names) : facts.imports) {
        const target = this.#resolve(each.source, path);
        if (target !== undefined) open.push({ path: target, names: each.names });
      }
    }
    return found;
  }

  /** One digest of all of them: equal for the same code, wherever it lies. */
  codeOf(file: string): string {
    const digests = [...this.sourcesOf(file).values()].sort();
    return createHash("sha256").update(digests.join("\n")).digest("hex").slice(0, 16);
  }

  #handedOn(path: string, facts: ModuleFacts, names: readonly string[] | undefined): ModuleFacts["imports"] {
    if (names === undefined) return facts.imports;
    const named = facts.handsOn.filter(({ as }) => as !== undefined && names.includes(as));
    const rest = names.filter((name) => !named.some(({ as }) => as === name));
    const stars = facts.handsOn.filter(({ as }) => as === undefined);
    return [
      ...named.map(({ source, name }) => ({ source, names: [name] })),
      ...stars.flatMap(({ source }) => {
        const given = rest.filter((name) => this.#exports(this.#resolve(source, path), new Set()).has(name));
        return given.length === 0 ? [] : [{ source, names: given }];
      }),
    ];
  }

  /** Names that a module exports, those it hands on too. */
  #exports(path: string | undefined, seen: Set<string>): ReadonlySet<string> {
    const facts = path === undefined || seen.has(path) ? undefined : this.#module(path);
    if (path === undefined || facts === undefined) return new Set();
    seen.add(path);
    const handedOn = facts.handsOn.flatMap(({ source, as }) =>
      as === undefined ? [...this.#exports(this.#resolve(source, path), seen)] : [as],
    );
    return new Set([...facts.exports, ...handedOn]);
  }

  #module(path: string): ModuleFacts | undefined {
    if (!this.#modules.has(path)) this.#modules.set(path, this.#read(path));
    return this.#modules.get(path);
  }

  #read(path: string): ModuleFacts | undefined {
    if (!existsSync(path)) return undefined;
    const text = readFileSync(path, "utf8");
    const key = createHash("sha256").update(text).digest("hex");
    let facts = this.#known.get(key);
    if (facts === undefined) {
      facts = moduleFacts(text);
      this.#known.set(key, facts);
    }
    return facts;
  }

  /** A file of this tree; `undefined` for a package from outside. */
  #resolve(source: string, from: string): string | undefined {
    if (source.startsWith(".")) return resolve(dirname(from), source);
    const [scope = "", name = "", ...rest] = source.split("/");
    const found = this.#packages.get(source.startsWith("@") ? `${scope}/${name}` : scope);
    if (found === undefined) return undefined;
    const entry = found.manifest.exports?.[rest.length === 0 ? "." : `./${rest.join("/")}`];
    const file = typeof entry === "string" ? entry : entry?.[SOURCE_CONDITION];
    return file === undefined ? undefined : join(found.folder, file);
  }
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}
