/** One request: the verdict, the funnel, the graph, and what is selected. */
import { useMemo } from "react";
import type { AdDocument } from "../../data/ad-document.ts";
import type { CohortDocument } from "../../data/cohort-document.ts";
import { adDocument } from "../../data/explain/ad-document.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import type { RunDocument } from "../../data/run-document.ts";
import { GraphPane } from "../graph/graph-pane.tsx";
import { NodePanel } from "../graph/node-panel.tsx";
import { Problem } from "../shell/problem.tsx";
import { Waiting } from "../shell/waiting.tsx";
import { useData } from "../state/data.ts";
import { useRoute } from "../state/route.ts";
import { AdPanel } from "./ad-panel.tsx";
import { Candidates } from "./candidates.tsx";
import { Compare } from "./compare.tsx";
import { Funnel } from "./funnel.tsx";
import { NoRuns } from "./no-runs.tsx";
import { Verdict } from "./verdict.tsx";
import { WhatIf } from "./what-if.tsx";

export function RunPage({ index }: { readonly index: IndexDocument }) {
  const route = useRoute();
  const requestId = route.run ?? index.runs[0]?.requestId;
  const { value: run, error } = useData<RunDocument>(requestId && `runs/${encodeURIComponent(requestId)}.json`);
  const { value: graph } = useData<GraphDocument>(run && `graphs/${run.graphHash}.json`);
  const { value: cohort } = useData<CohortDocument>(run && `cohorts/${run.graphHash}.json`);
  const { value: other } = useData<RunDocument>(route.with && `runs/${encodeURIComponent(route.with)}.json`);
  const ad = useAd(index, run, graph);
  if (requestId === undefined) return <NoRuns index={index} />;
  if (error !== undefined && run === undefined) return <Problem error={error} />;
  if (run === undefined || graph === undefined) return <Waiting />;
  const entry = index.runs.find((each) => each.requestId === requestId);
  const tab = route.tab ?? "path";
  return (
    <div className="run">
      <Verdict run={run} graph={graph} ad={ad} surface={entry?.facts.surface ?? null} index={index} />
      <Funnel run={run} graph={graph} cohort={cohort} ad={ad} />
      <GraphPane graph={graph} run={run} cohort={cohort} ad={ad} other={other} host={index.host} />
      <aside className="panel card" aria-label="Details">
        {tab === "compare" ? (
          <Compare run={run} graph={graph} other={other} index={index} />
        ) : tab === "what-if" ? (
          <WhatIf run={run} graph={graph} ad={ad} index={index} />
        ) : route.node !== undefined ? (
          <NodePanel graph={graph} name={route.node} run={run} cohort={cohort} index={index} />
        ) : ad !== undefined ? (
          <AdPanel ad={ad} graph={graph} run={run} cohort={cohort} />
        ) : (
          <Candidates run={run} />
        )}
      </aside>
    </div>
  );
}

/** Of the ad in the address. What only the server knows (why it never entered) is asked for. */
function useAd(
  index: IndexDocument,
  run: RunDocument | undefined,
  graph: GraphDocument | undefined,
): AdDocument | undefined {
  const { ad } = useRoute();
  const own = useMemo(
    () =>
      run === undefined || graph === undefined || ad === undefined || !/^\d{1,15}$/.test(ad)
        ? undefined
        : adDocument(run, graph, Number(ad)),
    [run, graph, ad],
  );
  const asks = index.live && own?.fate === "neverEntered" && run !== undefined;
  const { value } = useData<AdDocument>(asks ? `runs/${encodeURIComponent(run.requestId)}/ads/${ad}.json` : undefined);
  return value ?? own;
}
