import { expect, test } from "vitest";
import { readJson, readText, repositoryFiles, type Workspace, workspaces } from "../src/repository.ts";

const all = workspaces();
const published = all.filter(({ manifest }) => manifest.private !== true);
const root = readJson<Workspace["manifest"] & { readonly allowScripts: Readonly<Record<string, boolean>> }>(
  "package.json",
);

/** What is not as the rule wants it, as `folder: found`. */
function violations(
  of: readonly Workspace[],
  found: (workspace: Workspace) => unknown,
  wanted: unknown,
): readonly string[] {
  return of.flatMap((workspace) => {
    const value = found(workspace);
    return JSON.stringify(value) === JSON.stringify(wanted) ? [] : [`${workspace.folder}: ${JSON.stringify(value)}`];
  });
}

test("every package is ESM, under the project's licence, and published packages say what they need", () => {
  expect(violations(all, ({ manifest }) => manifest.type, "module")).toEqual([]);
  expect(violations(all, ({ manifest }) => manifest.license, "Apache-2.0")).toEqual([]);
  expect(violations(published, ({ manifest }) => manifest.engines, { node: ">=24" })).toEqual([]);
  expect(violations(published, ({ manifest }) => manifest.sideEffects, false)).toEqual([]);
  expect(
    violations(published, ({ manifest }) => manifest.publishConfig, { access: "public", provenance: true }),
  ).toEqual([]);
  expect(violations(published, ({ manifest }) => (manifest.description ?? "").length > 15, true)).toEqual([]);
});

test("published packages carry the licence text", () => {
  const licence = readText("LICENSE");
  const files = new Set(repositoryFiles("packages/*/LICENSE", "apps/*/LICENSE", "graphs/LICENSE"));
  expect(
    violations(
      published,
      ({ folder }) => files.has(`${folder}/LICENSE`) && readText(`${folder}/LICENSE`) === licence,
      true,
    ),
  ).toEqual([]);
});

test("an entry reads sources under our own condition first, then declarations, then the build", () => {
  const conditions = published.flatMap(({ folder, manifest }) =>
    Object.entries(manifest.exports ?? {}).map(([entry, to]) => ({ at: `${folder} ${entry}`, entry, to })),
  );
  const wrong = conditions.filter(({ entry, to }) => {
    if (entry === "./package.json") return to !== "./package.json";
    if (typeof to === "string") return true;
    const source = to["@tenon/source"] ?? "";
    const built = source.replace("./src/", "./").replace("./", "./dist/").replace(/\.ts$/, "");
    return (
      JSON.stringify(to) !== JSON.stringify({ "@tenon/source": source, types: `${built}.d.ts`, default: `${built}.js` })
    );
  });
  expect(wrong.map(({ at, to }) => `${at}: ${JSON.stringify(to)}`)).toEqual([]);
  expect(
    violations(published, ({ manifest }) => Object.keys(manifest.exports ?? {}).includes("./package.json"), true),
  ).toEqual([]);
});

test("published packages ship build and sources, without tests", () => {
  expect(violations(published, ({ manifest }) => manifest.files?.includes("dist"), true)).toEqual([]);
  expect(violations(published, ({ manifest }) => manifest.files?.includes("!**/*.test.*"), true)).toEqual([]);
  expect(
    violations(published, ({ manifest }) => Object.keys(manifest.scripts ?? {}).sort(), ["build", "publish:check"]),
  ).toEqual([]);
});

test("versions are exact, and one library has one version everywhere", () => {
  const asked = new Map<string, Map<string, string[]>>();
  for (const { folder, manifest } of [...all, { folder: ".", manifest: root }]) {
    for (const [name, version] of Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.peerDependencies,
    })) {
      const versions = asked.get(name) ?? new Map<string, string[]>();
      versions.set(version, [...(versions.get(version) ?? []), folder]);
      asked.set(name, versions);
    }
  }
  const inexact = [...asked].filter(([, versions]) =>
    [...versions.keys()].some((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
  );
  expect(inexact.map(([name, versions]) => `${name}: ${[...versions.keys()].join(", ")}`)).toEqual([]);
  const several = [...asked].filter(([, versions]) => versions.size > 1);
  expect(
    several.map(
      ([name, versions]) =>
        `${name}: ${[...versions].map(([version, folders]) => `${version} in ${folders.join(", ")}`).join("; ")}`,
    ),
  ).toEqual([]);
});

test("packages of this repository have one version, and it is the root's", () => {
  expect(violations(all, ({ manifest }) => manifest.version, root.version)).toEqual([]);
});

test("every package that runs a script while it installs is named in allowScripts", () => {
  const lock = readJson<{ packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>> }>(
    "package-lock.json",
  );
  const scripted = Object.entries(lock.packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.split("node_modules/").at(-1) ?? "");
  expect(scripted.filter((name) => !(name in root.allowScripts))).toEqual([]);
});

test("every published package is built and checked for publishing", () => {
  const { references } = readJson<{ references: readonly { readonly path: string }[] }>("tsconfig.build.json");
  expect(references.map(({ path }) => path).sort()).toEqual(
    published.map(({ folder }) => `./${folder}/tsconfig.build.json`).sort(),
  );
  for (const { folder, manifest } of published) {
    const ours = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter((name) =>
      name.startsWith("@tenon/"),
    );
    const own =
      readJson<{ references?: readonly { readonly path: string }[] }>(`${folder}/tsconfig.build.json`).references ?? [];
    expect(own.length, `references of ${folder}/tsconfig.build.json`).toBe(ours.length);
  }
});
