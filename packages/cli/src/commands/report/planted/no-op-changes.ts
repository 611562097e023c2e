/** Refactorings that change no answer: the report has nothing to say of them. */
import { inNode, move, type PlantedChange, replace } from "./change.ts";

const EXPAND_CONTEXT = "feature-expansion/expand-context";
const SCORE_BIDS = "auction/score-bids";
const BLENDING = "packages/nodes/blending";

export const NO_OP_CHANGES: readonly PlantedChange[] = [
  {
    name: "renamed local",
    edits: [
      inNode(EXPAND_CONTEXT, "const angle = (2", "const radians = (2"),
      inNode(EXPAND_CONTEXT, "Math.cos(angle)", "Math.cos(radians)"),
      inNode(EXPAND_CONTEXT, "Math.sin(angle)", "Math.sin(radians)"),
    ],
  },
  {
    name: "extracted function",
    edits: [
      inNode(SCORE_BIDS, "ecpmMicros.set(row, score.ecpmMicros);", "keep(ecpmMicros, row, score.ecpmMicros);"),
      inNode(
        SCORE_BIDS,
        "export const scoreBids",
        "function keep(into: F64Writer, row: number, value: number): void {\n  into.set(row, value);\n}\n\nexport const scoreBids",
      ),
    ],
  },
  {
    name: "reordered nodes",
    edits: [
      replace(
        "graphs/serving/ad-request.graph.ts",
        "    expandQuery,\n    expandContext,\n\n",
        "    expandContext,\n    expandQuery,\n\n",
      ),
    ],
  },
  {
    name: "moved file",
    edits: [
      ...move(`${BLENDING}/shared/blend.ts`, `${BLENDING}/shared/blend-feed.ts`),
      inNode("blending/place-ads", '"../shared/blend.ts"', '"../shared/blend-feed.ts"'),
    ],
  },
  {
    name: "comment",
    edits: [inNode("auction/price-winners", "const NO_SETTER = 0;", "const NO_SETTER = 0; // nobody's id")],
  },
];
