import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../src/repository.ts";

const consumer = mkdtempSync(join(tmpdir(), "tenon-consumer-"));
const packed = join(consumer, "node_modules/@tenon/graph-core");
const bin = (name: string): string => resolve(root, "node_modules/.bin", name);
/** Without the condition that makes our own scripts read sources: as on a user's machine. */
const plainEnvironment = { ...process.env, NODE_OPTIONS: "" };

/** Builds and packs graph-core, and unpacks it where a user's project would have it. */
beforeAll(() => {
  const folder = resolve(root, "packages/graph-core");
  execFileSync("npm", ["run", "--silent", "build"], { cwd: folder });
  const [{ filename }] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--silent", "--pack-destination", consumer], {
      cwd: folder,
      encoding: "utf8",
    }),
  ) as [{ filename: string }];
  mkdirSync(packed, { recursive: true });
  execFileSync("tar", ["-xzf", join(consumer, filename), "-C", packed, "--strip-components=1"]);
  for (const name of ["zod", "immer"])
    symlinkSync(resolve(root, "node_modules", name), join(consumer, "node_modules", name));
  writeFileSync(join(consumer, "package.json"), JSON.stringify({ name: "consumer", type: "module" }));
}, 120_000);
afterAll(() => rmSync(consumer, { recursive: true }));

const GRAPH = `
import { compileGraph, createExecutor, graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const Amount = slot("amount", z.number(), { owner: "shop" });
const Doubled = slot("doubled", z.number(), { owner: "shop" });
const double = node({
  owner: "shop", purpose: "doubles the amount", reads: [Amount], writes: [Doubled],
  run: ({ amount }) => ({ doubled: amount * 2 }),
});
const doubling = graph({ name: "doubling", owner: "shop", request: [Amount], nodes: { double }, respond: [Doubled] });
`;

test("a user's project runs the packed graph-core on plain Node", () => {
  writeFileSync(
    join(consumer, "run.mjs"),
    `${GRAPH}console.log(typeof createExecutor, compileGraph(doubling).nodes.length);\n`,
  );
  const printed = execFileSync(process.execPath, ["run.mjs"], {
    cwd: consumer,
    env: plainEnvironment,
    encoding: "utf8",
  });
  expect(printed.trim()).toBe("function 1");
});

test("a user's project sees the types of the packed graph-core", () => {
  const check = (source: string): string => {
    writeFileSync(join(consumer, "check.ts"), source);
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--types", "", "--lib", "es2024,dom", "check.ts"];
    try {
      return execFileSync(bin("tsc"), options, { cwd: consumer, env: plainEnvironment, encoding: "utf8" });
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  };
  expect(check(`${GRAPH}export const plan = compileGraph(doubling);\n`)).toBe("");
  expect(
    check(
      `${GRAPH}export const wrong = graph({ name: "w", owner: "shop", request: [], nodes: { double }, respond: [] });\n`,
    ),
  ).toContain("no node writes slot 'amount'");
});

test("what is packed is the sources and their build, without tests, and leads nowhere else", () => {
  const files = globSync("**/*", { cwd: packed, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(packed.length + 1));
  expect(
    paths.filter((path) => /\.test\.|\.bench\.|tsbuildinfo|(^|\/)(test|golden|node_modules)\//.test(path)),
  ).toEqual([]);
  expect(paths).toEqual(
    expect.arrayContaining(["LICENSE", "package.json", "dist/index.js", "dist/index.d.ts", "src/index.ts"]),
  );
  for (const path of paths.filter((name) => name.endsWith(".js"))) {
    const text = readFileSync(join(packed, path), "utf8");
    expect(text, path).not.toMatch(/from "\.[^"]*\.ts"/);
    expect(paths).toContain(path.replace(/^dist\//, "src/").replace(/\.js$/, ".ts"));
  }
});

test("a package is built against the declarations of the packages it uses, not against their sources", () => {
  const options = ["-p", "packages/ads-model/tsconfig.build.json", "--listFilesOnly"];
  const list = execFileSync(bin("tsc"), options, { cwd: root, env: plainEnvironment, encoding: "utf8" });
  const foreign = list
    .split("\n")
    .filter((path) => path.includes("/packages/") && !path.includes("/packages/ads-model/"));
  expect(foreign).not.toEqual([]);
  expect(foreign.filter((path) => !path.includes("/packages/graph-core/dist/"))).toEqual([]);
});
