import { GraphError } from "@tenon/graph-core";

/** TENON1456: these rows do not determine a calibrator. */
export function fitError(
  problem: string,
  { expected, found, hint }: { expected: string; found: string; hint: string },
): GraphError {
  return new GraphError(`calibrator cannot be fitted: ${problem}`, {
    code: "TENON1456",
    category: "input",
    detail: `expected ${expected}, found ${found}`,
    hint,
  });
}
