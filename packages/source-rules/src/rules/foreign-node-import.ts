import { posix } from "node:path";
import type { Report, SourceRule } from "../finding.ts";
import { nodeFolderOf, SHARED_FOLDER, stageOf } from "../node-folder.ts";
import { importsIn } from "./support.ts";

/** What stages share: the files right in a stage's folder (slots, resources, columns) and its `shared/` folder. */
const STAGE_FILE = /(?:^|\/)nodes\/[^/]+\/[^/]+$/;
const SHARED = new RegExp(`(?:^|/)nodes/(?:[^/]+/)?${SHARED_FOLDER}/`);

/** Nodes meet in slots. Code taken from another team's folder changes under the importer without a contract. */
export const foreignNodeImport: SourceRule = {
  name: "foreign-node-import",
  code: "TENON1908",
  arguable: false,
  *find(source): Iterable<Report> {
    const { file, ownerOf } = source.input;
    const own = nodeFolderOf(file);
    if (stageOf(file) === undefined) return;
    for (const { node, module } of importsIn(source)) {
      if (!module.startsWith(".")) continue;
      const target = posix.normalize(posix.join(posix.dirname(file.replaceAll("\\", "/")), module));
      const folder = nodeFolderOf(target);
      if ((own !== undefined && folder === own) || STAGE_FILE.test(target) || SHARED.test(target)) continue;
      if (own === undefined && folder === undefined && stageOf(target) === stageOf(file)) continue;
      const owner = folder === undefined ? undefined : ownerOf?.(folder);
      const name = folder ?? target;
      yield {
        at: node.start,
        does: `imports ${folder === undefined ? `"${module}" from outside its folder` : `from the folder of node "${name}"`}`,
        other: { kind: folder === undefined ? "resource" : "node", name, owner, label: "is imported" },
        detail: { expected: "own folder, nodes/<stage>/*.ts, nodes/<stage>/shared/, or a package", found: module },
        hint: "read the other node's slot; move shared arithmetic to nodes/<stage>/shared/ or to the domain model",
      };
    }
  },
};
