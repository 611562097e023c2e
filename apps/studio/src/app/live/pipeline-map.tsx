/** The way of a change, stage by stage: what waits before each colours it, and a stage that holds up the one before is hatched. */
import { bytes, number } from "../../data/explain/money.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import type { LiveDocument } from "../../data/live-document.ts";
import { CHANGE_LOG_STOP, PIPELINE_GRAPH } from "../../data/words.ts";
import { Ticks } from "../graph/boxes.tsx";
import { lagStep } from "../graph/heat.ts";
import { linkTo } from "../state/route.ts";

const STAGES = [
  ["source", "Change log", "not read"],
  ["gateway", "Gateway", "records"],
  ["updater", "Updater", "records"],
  ["argus", "Handlers", "batches and items"],
  ["publishing", "Publishing", "messages"],
] as const;

export function PipelineMap({ live, index }: { readonly live: LiveDocument; readonly index: IndexDocument }) {
  const graph = index.graphs.find(({ name }) => name === PIPELINE_GRAPH);
  const waiting = (stage: string) => {
    // Bytes, which no sum with records and items may hold.
    if (stage === "source") return live.lag.find(({ name }) => name === CHANGE_LOG_STOP)?.waiting ?? 0;
    return live.stages.filter((each) => each.stage === stage).reduce((sum, each) => sum + each.waiting, 0);
  };
  return (
    <section className="card block" aria-label="Pipeline">
      <h2>What waits before each stage. Each tenfold is one step hotter; hatched: it is held up by the next stage</h2>
      <ol className="map">
        {STAGES.map(([stage, name, unit], at) => {
          const own = waiting(stage);
          const next = STAGES[at + 1];
          const isHeld = next !== undefined && waiting(next[0]) > 100 && waiting(next[0]) > own;
          const step = lagStep(own);
          return (
            <li key={stage} className={`heat-${step}${isHeld ? " held" : ""}`}>
              <strong>{name}</strong>
              <span className="num">
                {stage === "source" ? bytes(own) : number(own)} {unit}
              </span>
              {step > 0 && <Ticks step={step} />}
            </li>
          );
        })}
        <li className="end">
          <strong>Ad index</strong>
          <span className="num">{number(live.ads)} ads</span>
        </li>
      </ol>
      {graph !== undefined && (
        <p>
          <a href={linkTo({ view: "graph", graph: graph.hash })}>Every task and handler, with what waits before it</a>
        </p>
      )}
    </section>
  );
}
