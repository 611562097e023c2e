import { go, useRoute } from "../state/route.ts";
import { ExportMenu } from "./export-menu.tsx";
import type { GraphPaneProps } from "./graph-pane.tsx";
import { HEATS } from "./heat.ts";

interface Props extends Pick<GraphPaneProps, "graph" | "run" | "cohort" | "lags" | "host"> {
  readonly level: "groups" | "nodes";
  readonly chosen: number | undefined;
}

/** Above the picture: what its colour tells, which nodes are meant, groups or nodes, and what can be taken away. */
export function GraphBar({ graph, run, cohort, lags, host, level, chosen }: Props) {
  const { heat = lags === undefined ? "owner" : "lag", find = "", scope } = useRoute();
  return (
    <div className="graph-bar">
      <label>
        <span className="sr">Colour by</span>
        <select
          className="field small"
          value={heat}
          disabled={run === undefined && cohort === undefined && lags === undefined}
          onChange={(event) => go({ heat: event.target.value }, "replace")}
        >
          {HEATS.filter(([id]) => (lags === undefined ? id !== "lag" : id === "owner" || id === "lag")).map(
            ([id, name]) => (
              <option key={id} value={id}>
                {name}
                {id !== "owner" && scope === "all" ? " (all kept)" : ""}
              </option>
            ),
          )}
        </select>
      </label>
      <span className="finds">
        <input
          className="field small find"
          type="search"
          aria-label="Select nodes"
          placeholder="Name, owner:…, p99>5ms"
          value={find}
          onChange={(event) => go({ find: event.target.value }, "replace")}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
        {chosen !== undefined && (
          <span className="muted" role="status">
            {chosen} of {graph.nodes.length}
          </span>
        )}
      </span>
      <fieldset className="segmented">
        <legend className="sr">What is drawn</legend>
        <button type="button" aria-pressed={level === "groups"} onClick={() => go({ level: "groups" }, "replace")}>
          Groups
        </button>
        <button
          type="button"
          aria-pressed={level === "nodes"}
          disabled={graph.layout.flat === null}
          onClick={() => go({ level: "nodes" }, "replace")}
        >
          Nodes
        </button>
      </fieldset>
      <ExportMenu graph={graph} run={run} host={host ?? null} />
    </div>
  );
}
