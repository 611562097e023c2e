import { readNodeFolders } from "@tenon/source-rules";
import { expect, test } from "vitest";
import { generatedFiles, readOwners } from "../src/owners/generated-files.ts";
import { codeOwnersText, ownerOfPath, ownersModuleText, unknownOwner } from "../src/owners/owners.ts";
import { readText, repositoryFiles, root } from "../src/repository.ts";

const owners = readOwners();
const nodes = readNodeFolders({ root, nodes: "packages/nodes" });

test("CODEOWNERS and the type of owner are what owners.json and the contracts give", () => {
  expect(
    generatedFiles()
      .filter(({ current }) => !current)
      .map(({ path }) => `${path}: run npm run owners`),
  ).toEqual([]);
});

test("every node folder has a contract with an owner that owners.json lists", () => {
  expect(
    nodes.filter(({ contract }) => contract === undefined).map(({ path }) => `${path} has no contract with an owner`),
  ).toEqual([]);
  const listed = new Set(owners.map(({ name }) => name));
  const unknown = nodes.flatMap(({ path, contract }) =>
    contract === undefined || listed.has(contract.owner) ? [] : [unknownOwner(path, contract.owner, owners)],
  );
  expect(unknown).toEqual([]);
  expect(nodes.length).toBeGreaterThan(0);
});

test("CODEOWNERS gives every file of a node to the owner in its contract", () => {
  const contacts = new Map(owners.map(({ name, contact }) => [name, contact]));
  const codeOwners = readText("CODEOWNERS");
  const wrong = nodes.flatMap(({ path, contract }) =>
    repositoryFiles(path).filter((file) => ownerOfPath(codeOwners, file) !== contacts.get(contract?.owner ?? "")),
  );
  expect(wrong).toEqual([]);
});

test("every file of the repository has an owner", () => {
  const codeOwners = readText("CODEOWNERS");
  expect(repositoryFiles().filter((path) => ownerOfPath(codeOwners, path) === undefined)).toEqual([]);
});

test("teams are named once, own existing folders, and no folder has two teams", () => {
  expect(new Set(owners.map(({ name }) => name)).size).toBe(owners.length);
  const folders = owners.flatMap((owner) => owner.folders);
  expect(new Set(folders).size).toBe(folders.length);
  expect(folders.filter((folder) => repositoryFiles(folder === "/" ? "." : folder.slice(1)).length === 0)).toEqual([]);
});

test("a node's own line wins over its folder's team, whatever the names", () => {
  const team = (name: string, folders: readonly string[]) => ({ name, purpose: "p", contact: `@${name}`, folders });
  const node = (path: string, owner: string) => ({
    name: path,
    path,
    contract: { name: "c", owner, purpose: undefined },
  });
  const text = codeOwnersText(
    [team("a", ["/", "/nodes/z/"]), team("b", [])],
    [node("nodes/z/a", "b"), node("nodes/a/z", "a")],
  );
  expect(ownerOfPath(text, "nodes/z/a/a.ts")).toBe("@b");
  expect(ownerOfPath(text, "nodes/z/b/b.ts")).toBe("@a");
  expect(ownerOfPath(text, "README.md")).toBe("@a");
});

test("an owner that is not listed is refused, and the message says which teams there are", () => {
  const unlisted = { name: "x/y", path: "nodes/x/y", contract: { name: "c", owner: "ads-nobody", purpose: undefined } };
  expect(() => codeOwnersText(owners, [unlisted])).toThrow(/nodes\/x\/y is owned by "ads-nobody".*ads-platform/);
  expect(ownersModuleText(owners)).toContain('readonly "ads-ranking": true;');
});
