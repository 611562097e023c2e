/** Sections that do not make a part of a segment. */
import { GraphError } from "@tenon/graph-core";

export function sectionMissing(name: string): GraphError {
  return new GraphError(`segment has no section "${name}"`, {
    code: "TENON1420",
    category: "resource",
    detail: `expected a section "${name}", found none`,
    hint: "load the segment with the release that wrote it, or build it again",
  });
}

export function sectionWrong(name: string, expected: string, found: string): GraphError {
  return new GraphError(`section "${name}" of the segment does not fit the others`, {
    code: "TENON1421",
    category: "resource",
    detail: `expected ${expected}, found ${found}`,
    hint: "load the segment with the release that wrote it, or build it again",
  });
}
