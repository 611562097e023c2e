/** Some kept requests beside others: who drops more, for what, and which nodes take longer. */
import { useMemo } from "react";
import type { CohortDocument } from "../../data/cohort-document.ts";
import { namesOf } from "../../data/explain/cohort-figures.ts";
import { cohortSentence, compareCohorts } from "../../data/explain/compare-cohorts.ts";
import { runFilter } from "../../data/explain/run-filter.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import type { Change } from "../graph/cues.ts";
import { GraphPane } from "../graph/graph-pane.tsx";
import { NodePanel } from "../graph/node-panel.tsx";
import { Problem } from "../shell/problem.tsx";
import { Waiting } from "../shell/waiting.tsx";
import { useData } from "../state/data.ts";
import { go, linkTo, useRoute } from "../state/route.ts";
import { CohortTables } from "./cohort-tables.tsx";
import { NoRuns } from "./no-runs.tsx";
import { RunFilterHelp, suggestionsOf } from "./run-filter-words.tsx";

export function CohortsPage({ index }: { readonly index: IndexDocument }) {
  const route = useRoute();
  const { a = "", b = "" } = route;
  const hash = route.graph ?? index.runs[0]?.graphHash;
  const { value: graph, error } = useData<GraphDocument>(hash && `graphs/${hash}.json`);
  const { value: cohort } = useData<CohortDocument>(hash && `cohorts/${hash}.json`);
  const found = useMemo(() => (cohort === undefined ? undefined : sidesOf(cohort, a, b)), [cohort, a, b]);
  const compared = useMemo(
    () =>
      cohort === undefined || found === undefined
        ? undefined
        : compareCohorts(found.a.runs, found.b.runs, namesOf(cohort)),
    [cohort, found],
  );
  const changes = useMemo(() => {
    const outstanding =
      compared === undefined ? [] : [...compared.shares, ...compared.times].filter((each) => each.standsOut);
    return new Map(outstanding.map(({ node }): [string, Change] => [node, "changed"]));
  }, [compared]);
  if (graph === undefined || cohort === undefined || found === undefined || compared === undefined)
    return hash === undefined ? (
      <NoRuns index={index} />
    ) : error === undefined ? (
      <Waiting />
    ) : (
      <Problem error={error} />
    );
  const shown = { ...cohort, ...compared.here } as CohortDocument;
  return (
    <div className="run two">
      <section className="verdict" aria-label="Cohorts">
        <div className="cohort-fields">
          {SIDES.map((side) => (
            <Side key={side.id} {...side} words={route[side.id] ?? ""} {...found[side.id]} />
          ))}
        </div>
        <div className="suggested muted">
          {suggestionsOf(cohort.runs).map(({ words, count }) => (
            <a key={words} href={linkTo({ a: words, b: undefined })}>
              {words} <span className="num">{count}</span>
            </a>
          ))}
          <RunFilterHelp />
        </div>
        <h1>{cohortSentence(compared, found.a.runs.length, found.b.runs.length)}</h1>
      </section>
      <GraphPane graph={graph} cohort={shown} changes={changes} />
      <aside className="panel card" aria-label="Details">
        {route.node === undefined ? (
          <CohortTables compared={compared} graph={graph} />
        ) : (
          <NodePanel graph={graph} name={route.node} cohort={shown} />
        )}
      </aside>
    </div>
  );
}

/** Those on the right: what their words mean, or else whoever is not on the left. */
function sidesOf({ runs }: CohortDocument, a: string, b: string) {
  const newestAtMs = Math.max(0, ...runs.map(({ facts }) => facts.startedAtMs));
  const [left, right] = [runFilter(a, newestAtMs), runFilter(b, newestAtMs)];
  return {
    a: { runs: runs.filter(left.means), wrong: left.wrong },
    b: {
      runs: runs.filter((run) => (b.trim() === "" ? left.wrong.length === 0 && !left.means(run) : right.means(run))),
      wrong: right.wrong,
    },
  };
}

const SIDES = [
  { id: "a", name: "These requests", placeholder: "all of them" },
  { id: "b", name: "against those", placeholder: "the rest" },
] as const;

type SideProps = (typeof SIDES)[number] & {
  readonly words: string;
  readonly runs: readonly unknown[];
  readonly wrong: readonly string[];
};

function Side({ id, name, placeholder, words, runs, wrong }: SideProps) {
  return (
    <label>
      <span>
        {name} <strong className="num">{runs.length}</strong>
      </span>
      <input
        className="field"
        type="search"
        value={words}
        placeholder={placeholder}
        aria-invalid={wrong.length > 0}
        onChange={(event) => go({ [id]: event.target.value || undefined }, "replace")}
      />
      {wrong.length > 0 && (
        <span className="chip bad" role="alert">
          not understood: {wrong.join(", ")}
        </span>
      )}
    </label>
  );
}
