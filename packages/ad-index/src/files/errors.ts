/** Errors of index files. Whoever loads a base answers most of them in one way: take the previous base. */
import { GraphError } from "@tenon/graph-core";

const BUILD_AGAIN =
  "load the segment with the release that wrote it, take the previous base (`tenon index rollback`), or build it again";
const TAKE_PREVIOUS = "take the previous base (`tenon index rollback`), and build this one anew";

export function notAnIndexFile(path: string, found: string, cause?: unknown): GraphError {
  return new GraphError(`"${path}" is no index file`, {
    code: "TENON1425",
    category: "resource",
    detail: `expected a file that begins with the mark of an index file, found ${found}`,
    hint: `check the path; if it is right, ${TAKE_PREVIOUS}`,
    cause,
  });
}

export function otherFormat(path: string, found: number, known: number): GraphError {
  return new GraphError(`index file "${path}" has format ${found}, this program reads format ${known}`, {
    code: "TENON1426",
    category: "resource",
    detail: `expected format ${known}, found ${found}`,
    hint:
      found > known ? "roll out the program that reads it before the base, or take the previous base" : TAKE_PREVIOUS,
  });
}

export function otherKind(path: string, found: string, expected: string): GraphError {
  return new GraphError(`index file "${path}" holds a "${found}"`, {
    code: "TENON1427",
    category: "resource",
    detail: `expected kind "${expected}", found "${found}"`,
    hint: `check which file of the base is read; if it is the right one, ${TAKE_PREVIOUS}`,
  });
}

export function cutShort(path: string, found: number, expected: number): GraphError {
  return new GraphError(`index file "${path}" has ${found} bytes instead of ${expected}`, {
    code: "TENON1428",
    category: "resource",
    detail: `expected ${expected} bytes, found ${found}`,
    hint: `copy it again; if it is so at its source, ${TAKE_PREVIOUS}`,
  });
}

export function corrupted(path: string, part: string): GraphError {
  return new GraphError(`${part} of index file "${path}" is corrupt`, {
    code: "TENON1429",
    category: "resource",
    detail: "expected the checksum that was written with it, found another",
    hint: `copy it again; if it is so at its source, ${TAKE_PREVIOUS}`,
  });
}

export function cannotWriteFile(path: string, problem: string, cause?: unknown): GraphError {
  return new GraphError(`index file "${path}" cannot be written: ${problem}`, {
    code: "TENON1431",
    category: cause === undefined ? "invariant" : "resource",
    detail: cause instanceof Error ? cause.message : undefined,
    hint:
      cause === undefined
        ? "sections are texts or typed arrays of the listed types, with short names, each once"
        : "look at space and rights of the folder; a file that stood there before is untouched",
    cause,
  });
}

/** `found`: the names of the sections that are there. */
export function sectionMissing(name: string, found: readonly string[]): GraphError {
  return new GraphError(`segment has no section "${name}"`, {
    code: "TENON1420",
    category: "resource",
    detail: `expected a section "${name}", found ${found.length === 0 ? "no sections" : `only ${found.join(", ")}`}`,
    hint: BUILD_AGAIN,
  });
}

export function sectionWrong(name: string, expected: string, found: string): GraphError {
  return new GraphError(`section "${name}" of the segment does not fit the others`, {
    code: "TENON1421",
    category: "resource",
    detail: `expected ${expected}, found ${found}`,
    hint: BUILD_AGAIN,
  });
}
