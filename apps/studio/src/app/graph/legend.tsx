import type { GraphDocument } from "../../data/graph-document.ts";
import { go } from "../state/route.ts";
import { Ticks } from "./boxes.tsx";
import type { Cues } from "./cues.ts";
import { HEATS } from "./heat.ts";

/** What the colours mean. */
export function Legend({ graph, cues }: { readonly graph: GraphDocument; readonly cues: Cues }) {
  const heat = HEATS.find(([id]) => id === cues.heat);
  return (
    <div className="legend">
      {cues.heat === "owner" ? (
        graph.owners.map(({ name, colour, nodes }) => (
          <button key={name} type="button" className="chip" onClick={() => go({ find: `owner:${name}` }, "replace")}>
            <span className="dot" style={{ backgroundColor: colour }} /> {name}{" "}
            <span className="muted num">{nodes}</span>
          </button>
        ))
      ) : (
        <>
          <span className="muted">{heat?.[2]}:</span>
          <span className="scale">
            cool
            {[1, 2, 3, 4, 5].map((step) => (
              <span key={step} className={`swatch heat-${step}`}>
                <Ticks step={step} />
              </span>
            ))}
            hot
          </span>
        </>
      )}
    </div>
  );
}
