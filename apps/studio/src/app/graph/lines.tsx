import { ViewportPortal } from "@xyflow/react";
import type { Arrangement, PlacedLine } from "./arrange.ts";
import type { Cues } from "./cues.ts";

const CORNER = 7;

/** All lines in one picture below the boxes; those of what is selected last, on top. */
export function Lines({ arranged, cues }: { readonly arranged: Arrangement; readonly cues: Cues }) {
  const rank = (line: PlacedLine) =>
    isLit(line, cues) ? 2 : cues.criticalPairs.has(`${line.from} ${line.to}`) ? 1 : 0;
  const lines = arranged.lines.toSorted((one, other) => rank(one) - rank(other));
  return (
    <ViewportPortal>
      <svg
        className={`lines${cues.lit.size > 0 ? " some-lit" : ""}`}
        width={arranged.width + 40}
        height={arranged.height + 40}
        aria-hidden="true"
      >
        <defs>
          <marker
            id="head"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto-start-reverse"
            markerUnits="userSpaceOnUse"
          >
            <path d="M0 0.5 L8 4 L0 7.5 z" fill="context-stroke" />
          </marker>
        </defs>
        {lines.map((line) => (
          <path
            key={`${line.depth} ${line.from} ${line.to}`}
            d={pathOf(line.points)}
            className={classOf(line, cues)}
            markerEnd="url(#head)"
          >
            <title>{line.slots.join(", ")}</title>
          </path>
        ))}
      </svg>
    </ViewportPortal>
  );
}

function isLit({ from, to }: PlacedLine, { lit }: Cues): boolean {
  return lit.has(from) || lit.has(to);
}

function classOf(line: PlacedLine, cues: Cues): string {
  const critical = cues.heat === "critical" && cues.criticalPairs.has(`${line.from} ${line.to}`);
  return [
    line.batch ? "batch" : "",
    line.optional ? "optional" : "",
    critical ? "critical" : "",
    cues.changedLines?.get(`${line.from} ${line.to}`) ?? "",
    isLit(line, cues) ? "lit" : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** Stretches with round corners. */
export function pathOf(points: PlacedLine["points"]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let path = `M${first[0]} ${first[1]}`;
  let [px, py] = first;
  for (const [at, [x, y]] of rest.entries()) {
    const next = rest[at + 1];
    if (next === undefined) {
      path += `L${x} ${y}`;
      break;
    }
    const back = Math.min(CORNER, Math.hypot(x - px, y - py) / 2);
    const on = Math.min(CORNER, Math.hypot(next[0] - x, next[1] - y) / 2);
    const r = Math.min(back, on);
    const [fx, fy] = [Math.sign(x - px) * r, Math.sign(y - py) * r];
    const [tx, ty] = [Math.sign(next[0] - x) * r, Math.sign(next[1] - y) * r];
    path += `L${x - fx} ${y - fy}Q${x} ${y} ${x + tx} ${y + ty}`;
    [px, py] = [x, y];
  }
  return path;
}
