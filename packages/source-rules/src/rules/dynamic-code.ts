import type { AnyNode } from "acorn";
import type { Report, SourceRule } from "../finding.ts";
import { nodesIn } from "../syntax/walk.ts";
import { hostParty, importsIn, mentionsIn, reaches } from "./support.ts";

const LOADERS = new Set(["eval", "Function", "require", "import.meta.resolve", "WebAssembly"]);
const LOADER_MODULES = /^(?:node:)?(?:module|vm)$/;

/** Code that is chosen while a request runs is in no review, no type check and no recording. */
export const dynamicCode: SourceRule = {
  name: "dynamic-code",
  code: "TENON1909",
  arguable: false,
  *find(source): Iterable<Report> {
    const at = (start: number, found: string): Report => ({
      at: start,
      does: `loads code while it runs with ${found}`,
      other: hostParty(source, "module loader", "decides what runs"),
      detail: { expected: "static imports at the top of the file", found },
      hint: "import it at the top, or let the host load it and declare it as a resource",
    });
    for (const node of nodesIn(source.program)) if (node.type === "ImportExpression") yield at(node.start, "import()");
    for (const mention of mentionsIn(source)) {
      const { node, path } = mention;
      const parent: AnyNode | undefined = source.parents.get(node);
      const tested = parent?.type === "BinaryExpression" && parent.operator === "instanceof";
      if (reaches(mention, LOADERS) && !tested) yield at(node.start, path);
    }
    for (const { node, module } of importsIn(source)) if (LOADER_MODULES.test(module)) yield at(node.start, module);
  },
};
