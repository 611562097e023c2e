/** The graph: boxes by React Flow (pan, zoom, visible ones only), lines in one layer below them. */
import { type Node, ReactFlow, ReactFlowProvider, useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useMemo, useRef } from "react";
import type { AdDocument } from "../../data/ad-document.ts";
import type { CohortDocument } from "../../data/cohort-document.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import type { StopLag } from "../../data/live-document.ts";
import type { RunDocument } from "../../data/run-document.ts";
import { useKeys } from "../shell/keys.ts";
import { go, useRoute } from "../state/route.ts";
import { type Arrangement, arrange, boxOf, openTogether, type PlacedBox } from "./arrange.ts";
import { Box, EndBox, OpenGroup } from "./boxes.tsx";
import { type Cue, type GraphChanges, useCues } from "./cues.ts";
import { GraphBar } from "./graph-bar.tsx";
import { Legend } from "./legend.tsx";
import { Lines } from "./lines.tsx";
import { walk } from "./walk.ts";

export interface GraphPaneProps {
  readonly graph: GraphDocument;
  readonly run?: RunDocument | undefined;
  readonly cohort?: CohortDocument | undefined;
  readonly ad?: AdDocument | undefined;
  /** A run that this one is compared with. */
  readonly other?: RunDocument | undefined;
  /** Of the pipeline's stops, where this is its graph. */
  readonly lags?: readonly StopLag[] | undefined;
  /** Address of the host that keeps the run. */
  readonly host?: string | null | undefined;
  /** Nodes that another version of the graph has not, or has otherwise. */
  readonly changes?: GraphChanges | undefined;
  /** Lines that one of two versions has alone, by `from to` of their boxes. */
  readonly changedLines?: ReadonlyMap<string, "added" | "removed"> | undefined;
}

/** Names of our own: the library draws its own boxes for some. */
const TYPES = { "tenon-node": Box, "tenon-group": Box, "tenon-openGroup": OpenGroup, "tenon-end": EndBox };
/** Above this many nodes groups begin closed. */
export const CLOSED_ABOVE = 40;
const ZOOM = { min: 0.15, max: 2.2, first: 0.95, whole: 0.65, far: 0.5, near: 1.25 } as const;

export function GraphPane(props: GraphPaneProps) {
  return (
    <ReactFlowProvider>
      <Pane {...props} />
    </ReactFlowProvider>
  );
}

function Pane(props: GraphPaneProps) {
  const { graph } = props;
  const route = useRoute();
  const asked = route.level ?? (graph.nodes.length > CLOSED_ABOVE ? "groups" : "nodes");
  const level = asked === "nodes" && graph.layout.flat !== null ? "nodes" : "groups";
  const open = useMemo(() => openTogether(graph, (route.open ?? "").split(",")), [graph, route.open]);
  const arranged = useMemo(() => arrange(graph, open, level), [graph, open, level]);
  const byId = useMemo(() => new Map(arranged.boxes.map((box) => [box.id, box])), [arranged]);
  const cues = useCues(props, route, arranged);
  const nodes = useMemo(() => arranged.boxes.map((box) => flowNode(box, cues.of(box), graph)), [arranged, cues, graph]);
  const zoomed = useStore(({ transform }) =>
    transform[2] < ZOOM.far ? "far" : transform[2] > ZOOM.near ? "near" : "middle",
  );
  const flow = useReactFlow();
  useViewport(props, arranged, byId);
  useGraphKeys(props, arranged, byId, open);
  return (
    <section
      className={`graph card zoom-${zoomed}`}
      aria-label={`Graph ${graph.name}`}
      data-boxes={arranged.boxes.length}
    >
      <GraphBar {...props} level={level} chosen={cues.chosen?.size} />
      <div className="canvas" onFocusCapture={(event) => showFocused(event.target as HTMLElement, byId, flow)}>
        <ReactFlow
          nodes={nodes}
          nodeTypes={TYPES}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          // Without a listener the boxes would let the pointer through: they are buttons, and listen themselves.
          onNodeClick={nothing}
          onlyRenderVisibleElements={arranged.boxes.length > 60}
          minZoom={ZOOM.min}
          maxZoom={ZOOM.max}
          panOnScroll
          zoomOnScroll={false}
          zoomOnPinch
          zoomOnDoubleClick={false}
          proOptions={{ hideAttribution: false }}
          onPaneClick={() => route.node !== undefined && go({ node: undefined })}
        >
          <Lines arranged={arranged} cues={cues} />
        </ReactFlow>
        <ZoomButtons />
      </div>
      <Legend graph={graph} cues={cues} />
    </section>
  );
}

function nothing(): void {}

function flowNode(box: PlacedBox, cue: Cue, graph: GraphDocument): Node {
  return {
    id: box.id,
    type: `tenon-${box.kind}`,
    position: { x: box.x, y: box.y },
    width: box.width,
    height: box.height,
    // Measured already: nothing waits for the browser.
    measured: { width: box.width, height: box.height },
    zIndex: box.kind === "openGroup" ? box.depth : 100 + box.depth,
    data: { box, cue, graph },
  };
}

function ZoomButtons() {
  const flow = useReactFlow();
  return (
    <div className="zooms">
      <button type="button" className="icon" aria-label="Closer" onClick={() => void flow.zoomIn()}>
        +
      </button>
      <button type="button" className="icon" aria-label="Further" onClick={() => void flow.zoomOut()}>
        −
      </button>
      <button
        type="button"
        className="icon"
        aria-label="The whole graph"
        onClick={() => void flow.fitView({ padding: 0.06 })}
      >
        ⤢
      </button>
    </div>
  );
}

/** What the focus comes to is shown. */
function showFocused(
  target: HTMLElement,
  byId: ReadonlyMap<string, PlacedBox>,
  flow: ReturnType<typeof useReactFlow>,
): void {
  const box = byId.get(target.closest<HTMLElement>("[data-box]")?.dataset["box"] ?? "");
  const pane = target.closest<HTMLElement>(".react-flow");
  if (box === undefined || pane === null) return;
  // A browser scrolls what has the focus into sight, which would move the picture off its pane.
  for (const part of [pane, ...pane.querySelectorAll<HTMLElement>(".react-flow__renderer, .react-flow__pane")])
    part.scrollTo(0, 0);
  const [own, its] = [pane.getBoundingClientRect(), target.getBoundingClientRect()];
  if (its.top >= own.top && its.bottom <= own.bottom && its.left >= own.left && its.right <= own.right) return;
  void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom: flow.getZoom(), duration: 0 });
}

function useViewport(
  { graph, ad, changes }: GraphPaneProps,
  { width, height }: Arrangement,
  byId: ReadonlyMap<string, PlacedBox>,
): void {
  const flow = useReactFlow();
  const route = useRoute();
  const size = useStore(({ width: paneWidth, height: paneHeight }) => `${paneWidth} ${paneHeight}`);
  const shown = useRef("");
  const looksAt =
    route.node ?? ad?.decision?.node ?? (changes && graph.nodes.find(({ name }) => changes.has(name))?.name);
  useEffect(() => {
    const [paneWidth = 0, paneHeight = 0] = size.split(" ").map(Number);
    if (paneWidth === 0) return;
    const box = looksAt === undefined ? undefined : boxOf(graph, looksAt, byId);
    const first = shown.current !== graph.hash;
    shown.current = graph.hash;
    if (first) {
      const fits = Math.min(paneWidth / (width + 60), paneHeight / (height + 60));
      // All of it where that can be read, else its whole width.
      const zoom = Math.min(1.1, fits >= ZOOM.whole ? fits : Math.min(ZOOM.first, paneWidth / (width + 40)));
      const y = box === undefined ? 24 : Math.min(24, paneHeight / 2 - (box.y + box.height / 2) * zoom);
      const x =
        box !== undefined && width * zoom > paneWidth
          ? paneWidth / 2 - (box.x + box.width / 2) * zoom
          : (paneWidth - width * zoom) / 2;
      void flow.setViewport({ x, y, zoom });
      return;
    }
    if (box === undefined) return;
    const { x, y, zoom } = flow.getViewport();
    // The picture moves no further than it must: a box that is seen across is brought up or down alone.
    const [left, top] = [box.x * zoom + x, box.y * zoom + y];
    const across = left >= 0 && left + box.width * zoom <= paneWidth;
    const down = top >= 0 && top + Math.min(box.height, 80) * zoom <= paneHeight;
    if (across && down) return;
    void flow.setViewport({
      x: across ? x : paneWidth / 2 - (box.x + box.width / 2) * zoom,
      y: down ? y : paneHeight / 2 - (box.y + Math.min(box.height, 200) / 2) * zoom,
      zoom,
    });
  }, [flow, graph, size, looksAt, byId, width, height]);
}

function useGraphKeys(
  { graph, run, ad }: GraphPaneProps,
  arranged: Arrangement,
  byId: ReadonlyMap<string, PlacedBox>,
  open: ReadonlySet<string>,
): void {
  const route = useRoute();
  const flow = useReactFlow();
  const at = route.node ?? ad?.decision?.node ?? graph.nodes[0]?.name;
  const to = (node: string | undefined) => node !== undefined && go({ node, tab: undefined }, "replace");
  const along = (way: "up" | "down" | "left" | "right") => () => to(walk(graph, arranged, byId, at ?? "", way));
  const onPath = (step: 1 | -1) => () => {
    const path = run?.criticalPath ?? [];
    const place = path.indexOf(route.node ?? "");
    to(path[place === -1 ? (step === 1 ? 0 : path.length - 1) : Math.max(0, Math.min(path.length - 1, place + step))]);
  };
  const groupsOfNode = graph.groups.filter(({ nodes, id }) => nodes.includes(at ?? "") || id === at);
  useKeys({
    "/": () => document.querySelector<HTMLInputElement>(".graph .find")?.focus(),
    ArrowUp: along("up"),
    ArrowDown: along("down"),
    ArrowLeft: along("left"),
    ArrowRight: along("right"),
    n: onPath(1),
    p: onPath(-1),
    "]": () => {
      const closed = groupsOfNode.find(({ id }) => !open.has(id));
      if (closed !== undefined) go({ open: [...open, closed.id].join(",") }, "replace");
    },
    "[": () => {
      const opened = groupsOfNode.findLast(({ id }) => open.has(id));
      if (opened !== undefined) go({ open: [...open].filter((id) => id !== opened.id).join(",") }, "replace");
    },
    g: () => go({ level: (route.level ?? "groups") === "groups" ? "nodes" : "groups" }, "replace"),
    "0": () => void flow.fitView({ padding: 0.06 }),
    Escape: () => go({ node: undefined, tab: undefined }),
  });
}
