import type { NodeProps } from "@xyflow/react";
import type { GraphDocument } from "../../data/graph-document.ts";
import { PIPELINE_GRAPH } from "../../data/words.ts";
import { Wrapped } from "../shell/wrapped.tsx";
import { go, useRoute } from "../state/route.ts";
import type { PlacedBox } from "./arrange.ts";
import { type Cue, nodesText } from "./cues.ts";

interface BoxData extends Record<string, unknown> {
  readonly box: PlacedBox;
  readonly cue: Cue;
  readonly graph: GraphDocument;
}

/** Characters of a name above which it is written smaller, and broken where it must be. */
const LONG_NAME = 16;

/** A node, or a closed group. */
export function Box({ data }: NodeProps) {
  const { box, cue, graph } = data as BoxData;
  const route = useRoute();
  const isGroup = box.kind === "group";
  const look = graph.owners.find(({ name }) => name === cue.owner);
  const classes = [
    "box eased",
    isGroup ? "group" : "",
    `heat-${cue.step}`,
    ...(["selected", "dimmed"] as const).filter((each) => cue[each]),
    cue.onPath ? "critical" : "",
    cue.fate === undefined ? "" : `ad-${cue.fate}`,
    cue.change ?? "",
    cue.held ? "held" : "",
  ];
  const choose = () => {
    if (isGroup) go({ open: [...(route.open ?? "").split(",").filter(Boolean), box.id].join(",") }, "replace");
    else go({ node: box.id, tab: undefined });
  };
  return (
    <button
      type="button"
      className={classes.filter(Boolean).join(" ")}
      style={{ width: box.width, height: box.height }}
      data-box={box.id}
      aria-pressed={isGroup ? undefined : cue.selected}
      aria-expanded={isGroup ? false : undefined}
      onClick={choose}
    >
      <span className={`side ${look?.pattern ?? ""}`} style={{ backgroundColor: look?.colour }} />
      <span className="text">
        <span className={`name${!isGroup && cue.name.length > LONG_NAME ? " long" : ""}`}>
          <Wrapped name={isGroup ? cue.owner : cue.name} />
        </span>
        <span className="line">
          {isGroup ? (cue.step > 0 ? cue.line : `${nodesText(cue.count)} · ${cue.name}`) : cue.line}
        </span>
        {cue.figures !== undefined && (
          <>
            <span className="line close">
              {cue.figures.of ?? cue.owner} · {cue.figures.fallback}
            </span>
            <span className="line close num">{cue.figures.times}</span>
          </>
        )}
      </span>
      <span className="marks">
        {cue.fate === "dropped" && (
          <span className="mark bad" aria-hidden="true">
            ✕
          </span>
        )}
        {cue.fate === "kept" && (
          <span className="mark good" aria-hidden="true">
            ✓
          </span>
        )}
        {cue.trouble !== undefined && <span className="mark warn">{cue.trouble}</span>}
        {cue.change !== undefined && <span className={`mark change ${cue.change}`}>{SIGN[cue.change]}</span>}
        {cue.dropped > 0 && cue.fate !== "dropped" && <span className="mark num">−{cue.dropped}</span>}
        {cue.logged && !isGroup && (
          <span className="mark" title="What it writes is logged as it was scored">
            log
          </span>
        )}
        {isGroup && (
          <span className="mark plus" aria-hidden="true">
            +
          </span>
        )}
      </span>
      <span className="sr">{describe(cue, isGroup)}</span>
      {cue.step > 0 && <Ticks step={cue.step} />}
    </button>
  );
}

export const SIGN = { added: "+ new", removed: "− gone", changed: "± differs", affected: "→ affected" } as const;

/** As many as the heat's step: the second cue beside its colour. */
export function Ticks({ step }: { readonly step: number }) {
  return (
    <span className="ticks" aria-hidden="true">
      {[1, 2, 3, 4, 5].map((each) => (
        <span key={each} className={each <= step ? "on" : ""} />
      ))}
    </span>
  );
}

export function OpenGroup({ data }: NodeProps) {
  const { box, cue, graph } = data as BoxData;
  const route = useRoute();
  const look = graph.owners.find(({ name }) => name === cue.owner);
  return (
    <div
      className={`open-group${cue.dimmed ? " dimmed" : ""}`}
      style={{ width: box.width, height: box.height }}
      data-box={box.id}
    >
      <button
        type="button"
        aria-expanded="true"
        onClick={() =>
          go(
            {
              open: (route.open ?? "")
                .split(",")
                .filter((id) => id !== box.id)
                .join(","),
            },
            "replace",
          )
        }
      >
        <span className="dot" style={{ backgroundColor: look?.colour }} /> <strong>{cue.owner}</strong>
        <span className="muted">{cue.name}</span>
        <span className="mark plus" aria-hidden="true">
          −
        </span>
        <span className="sr">open group</span>
      </button>
    </div>
  );
}

/** Where a request comes from, and where an answer goes: the host, or of the pipeline the ads database and the serving hosts. */
export function EndBox({ data }: NodeProps) {
  const { box, graph } = data as BoxData;
  const isRequest = box.id === "@request";
  return (
    <div
      className="end-box"
      style={{ width: box.width, height: box.height }}
      title={(isRequest ? graph.request : graph.respond).join(", ")}
    >
      {graph.name === PIPELINE_GRAPH ? (isRequest ? "changes" : "documents") : isRequest ? "request" : "respond"}
    </div>
  );
}

/** What the picture shows without words. */
function describe(cue: Cue, isGroup: boolean): string {
  const parts = [
    isGroup ? "closed group" : `owner ${cue.owner}`,
    cue.dropped > 0 ? "candidates dropped" : "",
    cue.fate === "dropped" ? "the ad was dropped here" : cue.fate === "kept" ? "the ad stayed" : "",
    cue.critical ? "on the critical path" : "",
    cue.step > 0 ? `heat ${cue.step} of 5` : "",
    cue.held ? "held up by what is behind it" : "",
  ];
  return parts.filter(Boolean).join(", ");
}
