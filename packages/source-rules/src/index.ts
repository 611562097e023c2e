export type { CheckNodeFoldersOptions, NodeFolder } from "./check-node-folders.ts";
export { checkNodeFolders, readNodeFolders } from "./check-node-folders.ts";
export { checkSource } from "./check-source.ts";
export type { Contract } from "./contract.ts";
export { contractsIn } from "./contract.ts";
export type { SourceFile, SourceFinding, SourceRule } from "./finding.ts";
export { nodeFolderOf, stageOf } from "./node-folder.ts";
export { sourceRules } from "./rules/rules.ts";
