/** Refactorings that change no answer: the report has nothing to say of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlantedChange } from "./change.ts";

const NODES = "packages/nodes";

export const NO_OP_CHANGES: readonly PlantedChange[] = [
  {
    name: "renamed local",
    edits: [
      {
        file: `${NODES}/feature-expansion/expand-context/expand-context.ts`,
        find: "const angle = (2",
        replace: "const radians = (2",
      },
      {
        file: `${NODES}/feature-expansion/expand-context/expand-context.ts`,
        find: "Math.cos(angle)",
        replace: "Math.cos(radians)",
      },
      {
        file: `${NODES}/feature-expansion/expand-context/expand-context.ts`,
        find: "Math.sin(angle)",
        replace: "Math.sin(radians)",
      },
    ],
  },
  {
    name: "extracted function",
    edits: [
      {
        file: `${NODES}/auction/score-bids/score-bids.ts`,
        find: "      ecpmMicros.set(row, score.ecpmMicros);",
        replace: "      keep(ecpmMicros, row, score.ecpmMicros);",
      },
      {
        file: `${NODES}/auction/score-bids/score-bids.ts`,
        find: "export const scoreBids",
        replace:
          "function keep(into: F64Writer, row: number, value: number): void {\n  into.set(row, value);\n}\n\nexport const scoreBids",
      },
    ],
  },
  {
    name: "reordered nodes",
    edits: [
      {
        file: "graphs/serving/ad-request.graph.ts",
        find: "    expandQuery,\n    expandContext,\n\n",
        replace: "    expandContext,\n    expandQuery,\n\n",
      },
    ],
  },
  {
    name: "moved file",
    edits: [
      {
        file: `${NODES}/blending/place-ads/place-ads.ts`,
        find: '"../shared/blend.ts"',
        replace: '"../shared/blend-feed.ts"',
      },
    ],
    make: (root) => ({
      [`${NODES}/blending/shared/blend-feed.ts`]: readFileSync(join(root, NODES, "blending/shared/blend.ts"), "utf8"),
    }),
    files: { [`${NODES}/blending/shared/blend.ts`]: null },
  },
  {
    name: "comment",
    edits: [
      {
        file: `${NODES}/auction/price-winners/price-winners.ts`,
        find: "const NO_SETTER = 0;",
        replace: "const NO_SETTER = 0; // nobody's id",
      },
    ],
  },
];
