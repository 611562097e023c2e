import type { IForbiddenRuleType } from "dependency-cruiser";
import { alsoInTests, coreArrows, coreJoints, dataOnly, libraryHomes, workspaceArrows } from "./arrows.ts";

/** Tests and their support folders, benchmarks beside the code, scripts that are run by hand. */
const TEST = "(\\.(test|test-d|bench)\\.ts$|/(test|testing|bench|golden|conformance|scripts)/)";
/** Worlds and oracles that tests of several packages run in. They are not published, so they have no name to be imported by. */
const SHARED_WORLDS = "(graphs|apps/studio)/testing/";
const OURS = "^(packages|graphs|bench|tools|apps|examples)/";

/** Every rule: its name says what is broken, its comment what to do. */
export const importRules: readonly IForbiddenRuleType[] = [
  ...Object.entries(workspaceArrows).flatMap(([folder, allowed]) => [
    rule(`${folder}-imports`, `may import ${list(allowed)}: turn the arrow around, or move the shared part down`, {
      from: { path: `^${folder}/`, pathNot: TEST },
      to: { path: OURS, pathNot: anyOf([folder, ...allowed]) },
    }),
    rule(`${folder}-tests-import`, `tests may import ${list([...allowed, ...alsoInTests])}`, {
      from: { path: `^${folder}/.*${TEST}` },
      to: { path: OURS, pathNot: anyOf([folder, ...allowed, ...testArrows(folder)]) },
    }),
  ]),
  rule("nodes-read-interfaces", "nodes see the read interface of the index (./api), not its implementation", {
    from: { path: "^packages/nodes/", pathNot: TEST },
    to: { path: "^packages/ad-index/", pathNot: "^packages/ad-index/src/api\\.ts$" },
  }),
  rule(
    "node-imports-node",
    "nodes meet in slots: read the other node's slot, or move arithmetic to nodes/<stage>/shared/",
    {
      from: { path: "^packages/nodes/([^/]+)/([^/]+)/", pathNot: ["/(shared|testing)/", TEST] },
      to: { path: "^packages/nodes/[^/]+/[^/]+/", pathNot: "^packages/nodes/$1/$2/|/(shared|testing)/" },
    },
  ),
  rule("shared-imports-node", "what nodes share knows no node", {
    from: { path: "^packages/nodes/[^/]+/shared/", pathNot: TEST },
    to: { path: "^packages/nodes/[^/]+/[^/]+/", pathNot: "/shared/" },
  }),
  ...Object.entries(coreArrows).map(([folder, allowed]) =>
    rule(`graph-core-${folder}`, `src/${folder} may call ${list(allowed)}; types may be imported from anywhere below`, {
      from: { path: `^packages/graph-core/src/${folder}/`, pathNot: [TEST, ...coreJoints] },
      to: {
        path: "^packages/graph-core/src/",
        pathNot: anyOf([folder, ...allowed].map((name) => `packages/graph-core/src/${name}`)),
        dependencyTypesNot: ["type-only"],
      },
    }),
  ),
  rule("graph-core-data-only", "observing and rendering read data: they know neither checks nor plans", {
    from: { path: anyOf(dataOnly.folders.map((name) => `packages/graph-core/src/${name}`)), pathNot: TEST },
    to: { path: anyOf(dataOnly.neverFrom.map((name) => `packages/graph-core/src/${name}`)) },
  }),
  rule("cycle", "files that call each other in a circle are one file, or one of them holds a part that both need", {
    from: { path: OURS },
    to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
  }),
  rule("package-by-name", "import another package by its name, so that its exports decide what is public", {
    from: { path: "^(packages/[^/]+|apps/[^/]+|graphs|bench|tools/[^/]+)/" },
    to: { path: OURS, pathNot: ["^$1/", `^${SHARED_WORLDS}`], dependencyTypes: ["local"] },
  }),
  rule("worlds-in-tests", "worlds and oracles of tests are for tests: they are not published", {
    from: { path: OURS, pathNot: [TEST, "^(graphs|bench)/"] },
    to: { path: `^${SHARED_WORLDS}` },
  }),
  rule(
    "unresolved",
    "the import leads nowhere: a missing file, a package that is not installed, or a path that is not exported",
    {
      from: { path: OURS },
      to: { couldNotResolve: true },
    },
  ),
  ...Object.entries(libraryHomes).map(([library, homes]) =>
    rule(`library-${library.replace(".+", "*")}`, `${library} is imported in ${homes.join(", ")} only, and in tests`, {
      from: { path: OURS, pathNot: [...homes.map((home) => `^${home}`), TEST] },
      to: { path: `node_modules/${library}/` },
    }),
  ),
  rule(
    "library-without-home",
    "give the library one home in tools/tidy/src/imports/arrows.ts, and declare it in that package",
    {
      from: { path: OURS, pathNot: TEST },
      to: { path: "node_modules/", pathNot: Object.keys(libraryHomes).map((library) => `node_modules/${library}/`) },
    },
  ),
];

function testArrows(folder: string): readonly string[] {
  if (folder === "packages/graph-core") return ["packages/graph-testkit"];
  // What is indexed is proven where it is served.
  return folder === "packages/indexer" ? [...alsoInTests, "packages/admixer"] : alsoInTests;
}

function rule(
  name: string,
  comment: string,
  where: Pick<IForbiddenRuleType, "from"> & { readonly to: object },
): IForbiddenRuleType {
  return { name: name.replaceAll("/", "-"), severity: "error", comment, ...where } as IForbiddenRuleType;
}

function anyOf(folders: readonly string[]): string {
  return `^(${folders.join("|")})/`;
}

function list(folders: readonly string[]): string {
  return folders.length === 0 ? "nothing of ours" : folders.join(", ");
}
