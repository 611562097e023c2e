import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { findProject } from "../project/find-project.ts";
import type { ProjectOwners } from "../project/owners.ts";
import { loadFailure } from "./load-failure.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "tenon-load-")));
afterAll(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

write("graphs/index.ts", "");
const owners: ProjectOwners = {
  names: undefined,
  of: (file) =>
    file.includes("/shop/") ? { owner: "team-shop", node: "shop/open" } : { owner: "team-rest", node: undefined },
};
const project = findProject(root);

/** An error as Node's loader makes it: the place of the importing line stands first in the stack. */
function loaderError(message: string, file: string, line: number): Error {
  const error = new SyntaxError(message);
  error.stack = `${pathToFileURL(file).href}:${line}\nSyntaxError: ${message}\n    at ModuleJob._instantiate (node:internal/modules:1:1)`;
  return error;
}

test("a missing export names the node that imports, the line and column of the name, and the file that lacks it", () => {
  const contract = write("packages/nodes/shop/open/open.contract.ts", '\nimport {\n  Hours,\n} from "../slots.ts";\n');
  const slots = write("packages/nodes/shop/slots.ts", "");
  const error = loaderError("The requested module '../slots.ts' does not provide an export named 'Hours'", contract, 2);
  const { primary, secondary, message, hint } = loadFailure(error, project, owners);
  expect(primary).toMatchObject({ kind: "node", name: "shop/open", owner: "team-shop", place: { line: 3, column: 3 } });
  expect(secondary).toMatchObject([{ owner: "team-shop", place: { file: slots }, label: 'has no export "Hours"' }]);
  expect(message).toContain('node "shop/open" (owner team-shop) cannot be loaded');
  expect(hint).toContain('export "Hours" there again');
});

test("an export that a package lacks names the package's entry and its owner", () => {
  write("node_modules/@shop/model/package.json", '{ "exports": { ".": { "@tenon/source": "./src/index.ts" } } }');
  const entry = write("node_modules/@shop/model/src/index.ts", "");
  const contract = write("packages/nodes/shop/open/open.contract.ts", 'import { Arms } from "@shop/model";\n');
  const error = loaderError("The requested module '@shop/model' does not provide an export named 'Arms'", contract, 1);
  expect(loadFailure(error, project, owners).secondary).toMatchObject([
    { name: "node_modules/@shop/model/src/index.ts", owner: "team-rest", place: { file: entry } },
  ]);
});

test("a file that is not there, and code that throws while it loads, are placed where it happens", () => {
  const graph = write("graphs/opening.graph.ts", "");
  const missing = new Error(`Cannot find module '${root}/graphs/nowhere.ts' imported from ${graph}`);
  missing.stack = `Error: ${missing.message}\n    at finalizeResolution (node:internal/modules/esm/resolve:1:1)`;
  expect(loadFailure(missing, project, owners)).toMatchObject({
    primary: { name: "graphs/opening.graph.ts", owner: "team-rest", place: { file: graph } },
    hint: "correct the path, or install what the import names",
  });
  const thrown = new RangeError("no hours");
  thrown.stack = `RangeError: no hours\n    at readHours (${pathToFileURL(graph).href}:7:9)\n    at node:internal/x:1:1`;
  expect(loadFailure(thrown, project, owners).primary.place).toEqual({ file: graph, line: 7, column: 9 });
});

test("what a library throws is placed at the line of the project that called it", () => {
  const library = write("node_modules/lib/index.js", "");
  const graph = write("graphs/opening.graph.ts", "");
  const thrown = new Error("no");
  thrown.stack = `Error: no\n    at lib (${pathToFileURL(library).href}:1:1)\n    at ${pathToFileURL(graph).href}:4:2`;
  expect(loadFailure(thrown, project, owners).primary.place).toEqual({ file: graph, line: 4, column: 2 });
});

test("an error that names no file of the project is placed at the list of graphs; what is thrown need not be an error", () => {
  for (const thrown of [new Error("out of memory"), "a text", undefined]) {
    const { primary, code } = loadFailure(thrown, project, owners);
    expect([code, primary.place?.file]).toEqual(["TENON1702", join(root, "graphs/index.ts")]);
  }
});
