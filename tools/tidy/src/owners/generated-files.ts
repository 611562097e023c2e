import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { readNodeFolders } from "@tenon/source-rules";
import { readJson, readText, root } from "../repository.ts";
import { codeOwnersText, type Owner, ownersModuleText } from "./owners.ts";

export interface GeneratedFile {
  readonly path: string;
  /** What the file has to hold. */
  readonly text: string;
  /** `true` when it holds it. */
  readonly current: boolean;
}

export function readOwners(): readonly Owner[] {
  return readJson<{ owners: readonly Owner[] }>("owners.json").owners;
}

/** The files that are made from `owners.json` and the node contracts. */
export function generatedFiles(): readonly GeneratedFile[] {
  const owners = readOwners();
  const nodes = readNodeFolders({ root, nodes: "packages/nodes" });
  const files = [
    { path: "CODEOWNERS", text: codeOwnersText(owners, nodes) },
    { path: "packages/ads-model/src/owners.generated.ts", text: ownersModuleText(owners) },
  ];
  return files.map((file) => ({
    ...file,
    current: existsSync(resolve(root, file.path)) && readText(file.path) === file.text,
  }));
}
