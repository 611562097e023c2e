import { indexerError } from "../indexer-error.ts";
import { badContent } from "./bad-content.ts";
import { badRelease } from "./bad-release.ts";
import type { Drill } from "./drill.ts";
import { spike } from "./spike.ts";

export const DRILLS: readonly Drill[] = [spike, badRelease, badContent];

/** @throws GraphError TENON1652 */
export function drillNamed(name: string): Drill {
  const drill = DRILLS.find((each) => each.name === name);
  if (drill !== undefined) return drill;
  throw indexerError("wrongCommand", `there is no drill "${name}"`, {
    detail: `expected one of ${DRILLS.map((each) => each.name).join(", ")}`,
    hint: "`tenon drill list` says what each is for",
  });
}
