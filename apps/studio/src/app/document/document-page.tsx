/** Why is this document stale or missing: the sentence, the lanes, the ladder, the groups. */

import { useState } from "react";
import type { DocumentView } from "../../data/document-view.ts";
import { duration } from "../../data/explain/money.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import { Hint } from "../shell/hint.tsx";
import { Problem } from "../shell/problem.tsx";
import { Table } from "../shell/table.tsx";
import { useData } from "../state/data.ts";
import { go, linkTo, useRoute } from "../state/route.ts";
import { Ladder } from "./ladder.tsx";
import { Lanes } from "./lanes.tsx";

/** A document on its way is asked about again, ms. */
const AGAIN_MS = 4_000;

export function DocumentPage({ index }: { readonly index: IndexDocument }) {
  const { ad } = useRoute();
  const { value: view, error } = useData<DocumentView>(ad && `documents/${ad}.json`, index.live ? AGAIN_MS : undefined);
  if (ad === undefined) return <AskAd index={index} />;
  if (view === undefined)
    return error === undefined ? (
      <p className="waiting muted" role="status">
        Looking along the way of ad {ad} …
      </p>
    ) : (
      <Problem error={error} />
    );
  return (
    <div className="sheet">
      <p className="crumbs">
        Document of ad <code className="id">{ad}</code>
        <span className={`chip ${view.fresh ? "good" : "bad"}`}>
          {view.fresh ? "✓ up to date" : "✕ stale or missing"}
        </span>
        <span className="muted">looked at {new Date(view.atMs).toLocaleTimeString()}</span>
        <a href={linkTo({ ad: undefined })}>another ad</a>
      </p>
      <h1>{view.sentence}</h1>
      <p className="acts">
        {view.owner === null ? (
          <Hint text={capitalised(view.hint)} />
        ) : (
          <>
            <strong>{view.owner}</strong> has to act: <Hint text={view.hint} />
          </>
        )}
        .
      </p>
      {view.largestGap !== null && (
        <p className="gap card">
          Largest gap: <strong>{duration(view.largestGap.ms)}</strong> from {view.largestGap.from} to{" "}
          {view.largestGap.to}
          {view.largestGap.owner !== "" && (
            <>
              , with <strong>{view.largestGap.owner}</strong>
            </>
          )}
          {view.largestGap.targetMs !== null && (
            <span className={`chip ${view.largestGap.ms > view.largestGap.targetMs ? "bad" : "good"}`}>
              target {duration(view.largestGap.targetMs)}:{" "}
              {view.largestGap.ms > view.largestGap.targetMs ? "missed" : "met"}
            </span>
          )}
        </p>
      )}
      <div className="halves">
        <section className="card block" aria-label="Ladder">
          <h2>Where it could have stopped</h2>
          <Ladder ladder={view.ladder} />
        </section>
        <section className="card block" aria-label="Timeline">
          <h2>Its way, by event time and by the time each stop was done</h2>
          <Lanes view={view} />
        </section>
      </div>
      <section className="card block" aria-label="Groups">
        <h2>Groups of the document</h2>
        <Table label="Groups" headings={["Group", "Owner", "Class", "Handler", ["Version", "num"], "Newest source"]}>
          {view.groups.map((group) => (
            <tr key={group.group}>
              <td>{group.group}</td>
              <td>{group.owner}</td>
              <td>{group.class}</td>
              <td>{group.handler === null ? "nobody" : <GraphLink index={index} name={group.handler} />}</td>
              <td className="num">{group.version === 0 ? <span className="chip bad">missing</span> : group.version}</td>
              <td>{group.sourceAtMs === null ? "" : new Date(group.sourceAtMs).toLocaleString()}</td>
            </tr>
          ))}
        </Table>
      </section>
    </div>
  );
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** A handler runs a graph of its name. */
export function GraphLink({ index, name }: { readonly index: IndexDocument; readonly name: string }) {
  const graph = index.graphs.find((each) => each.name === name);
  return graph === undefined ? (
    <>{name}</>
  ) : (
    <a href={linkTo({ view: "graph", graph: graph.hash, ad: undefined })}>{name}</a>
  );
}

function AskAd({ index }: { readonly index: IndexDocument }) {
  const [text, setText] = useState("");
  const recent = [...new Set(index.documents ?? index.runs.flatMap(({ shown }) => shown))].slice(0, 12);
  return (
    <form
      className="problem card"
      onSubmit={(event) => {
        event.preventDefault();
        if (/^\d{1,15}$/.test(text.trim())) go({ ad: text.trim() });
      }}
    >
      <h1>Why is this document stale or missing?</h1>
      <label>
        <span>Id of an ad</span>
        <input inputMode="numeric" value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <button type="submit" className="button main">
        Look
      </button>
      {recent.length > 0 && (
        <p className="muted">
          Shown lately:{" "}
          {recent.map((adId, at) => (
            <span key={adId}>
              {at > 0 && ", "}
              <a href={linkTo({ ad: String(adId) })}>{adId}</a>
            </span>
          ))}
        </p>
      )}
    </form>
  );
}
