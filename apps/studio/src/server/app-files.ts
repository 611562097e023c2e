/**
 * The built page. A published package carries it; a checkout builds it when it is first wanted and keeps it in
 * `.tenon/studio`, by the hash of its sources, so that `npm ci && npm start` needs no build step of its own.
 */
import { execFile } from "node:child_process";
import { hash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { studioError } from "./studio-error.ts";

export interface AppFiles {
  readonly folder: string;
  /** Names relative to the folder; nothing else is served. */
  readonly names: ReadonlySet<string>;
  /** A file as it is sent; packed once. */
  readonly packed: (name: string) => Buffer;
}

/** Longest build, ms. It takes one to five seconds. */
const BUILD_MS_MAX = 120_000;

const here = dirname(fileURLToPath(import.meta.url));

/** @throws GraphError TENON2054 where it is not built and cannot be */
export async function appFiles(keepIn?: string): Promise<AppFiles> {
  const published = resolve(here, "../app");
  if (existsSync(join(published, "index.html")) && !existsSync(join(published, "main.tsx"))) return filesIn(published);
  const packageFolder = resolve(here, "../..");
  const keep = keepIn ?? resolve(packageFolder, "../../.tenon/studio");
  const folder = join(keep, sourceHash(packageFolder));
  if (!existsSync(join(folder, "index.html"))) await build(folder, keep);
  return filesIn(folder);
}

function filesIn(folder: string): AppFiles {
  const names = globSync(["index.html", "assets/*"], { cwd: folder }).map((name) => name.replaceAll("\\", "/"));
  const packed = new Map<string, Buffer>();
  return {
    folder,
    names: new Set(names),
    packed: (name) => {
      const known = packed.get(name) ?? gzipSync(readFileSync(join(folder, name)));
      packed.set(name, known);
      return known;
    },
  };
}

/** Of everything that goes into the page: its sources, what it shares with the server, and the versions it is built with. */
function sourceHash(packageFolder: string): string {
  const shared = "../../packages/dev-run/src/report/{format,report-address,render/shown}.ts";
  const files = globSync(["src/app/**/*", "src/data/**/*.ts", "package.json", shared], {
    cwd: packageFolder,
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile() && !entry.name.includes(".test."))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  return hash(
    "sha256",
    files.map((file) => `${file.slice(packageFolder.length)}\n${readFileSync(file, "utf8")}`).join("\n"),
  ).slice(0, 16);
}

/** In a process of its own: a host goes on serving meanwhile. Whole or not at all: two builds at once do not meet. */
async function build(folder: string, keep: string): Promise<void> {
  const under = `${folder}.${process.pid}`;
  mkdirSync(keep, { recursive: true });
  try {
    // Whoever asks first, a test too, gets the page as it is shipped.
    const env = { ...process.env, NODE_ENV: "production" };
    await promisify(execFile)(process.execPath, [join(here, "build-app.ts"), under], { timeout: BUILD_MS_MAX, env });
    if (!existsSync(join(folder, "index.html"))) renameSync(under, folder);
  } catch (cause) {
    throw studioError("notBuilt", {
      message: "the studio's page cannot be built",
      detail: String((cause as { readonly stderr?: string }).stderr || (cause as Error).message).slice(0, 2_000),
      hint: "`npm ci` installs what the build needs; `npm run build -w @tenon/studio` shows the whole output",
      cause,
    });
  } finally {
    rmSync(under, { recursive: true, force: true });
  }
}
