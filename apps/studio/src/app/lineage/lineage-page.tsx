/** From a column at the source to the feature that is logged, and back: pick one end, see all that hangs on it. */
import { useMemo, useState } from "react";
import type { IndexDocument } from "../../data/index-document.ts";
import type { LineageDocument } from "../../data/lineage-document.ts";
import { Problem } from "../shell/problem.tsx";
import { Waiting } from "../shell/waiting.tsx";
import { Wrapped } from "../shell/wrapped.tsx";
import { useData } from "../state/data.ts";
import { go, linkTo, useRoute } from "../state/route.ts";
import { type Reached, reachedFrom } from "./reached.ts";

const KINDS = [
  ["source", "Source columns and signals"],
  ["column", "Columns of the repository"],
  ["leaf", "Fields of the document"],
  ["place", "Places in the index"],
  ["shortCut", "Past the pipeline"],
  ["candidate", "Columns of candidates"],
  ["reader", "Nodes that read it"],
  ["feature", "Features"],
  ["logged", "Logged features"],
] as const;
/** Items of a kind that are listed: of everything, and of what hangs on one item. */
const LISTED_MAX = { all: 10, reached: 60 } as const;

export function LineagePage(_: { readonly index: IndexDocument }) {
  const { item } = useRoute();
  const [find, setFind] = useState("");
  const { value: lineage, error } = useData<LineageDocument>("lineage.json");
  const at = lineage === undefined ? -1 : lineage.items.findIndex(({ kind, name }) => `${kind}:${name}` === item);
  const reached = useMemo(
    () => (lineage === undefined || at === -1 ? undefined : reachedFrom(lineage, at)),
    [lineage, at],
  );
  if (lineage === undefined) return error === undefined ? <Waiting /> : <Problem error={error} />;
  const chosen = lineage.items[at];
  const listedMax = chosen === undefined ? LISTED_MAX.all : LISTED_MAX.reached;
  const wanted = find.trim().toLowerCase();
  return (
    <div className="sheet wide">
      <h1>
        {chosen === undefined
          ? "What is a served field made of, and who lives on it?"
          : sentenceOf(chosen.name, reached)}
      </h1>
      <p className="crumbs">
        <input
          className="field finder"
          type="search"
          aria-label="Find a column, field, feature or node"
          placeholder="bid, title, click_rate …"
          value={find}
          onChange={(event) => setFind(event.target.value)}
        />
        {chosen !== undefined && <a href={linkTo({ item: undefined })}>everything</a>}
      </p>
      <div className="columns">
        {KINDS.map(([kind, title]) => {
          const all = lineage.items.flatMap((each, place) => (each.kind === kind ? [{ ...each, place }] : []));
          const shown = all.filter(
            ({ name, place }) =>
              (reached === undefined ? true : reached.places.has(place)) && name.toLowerCase().includes(wanted),
          );
          if (all.length === 0 || (reached !== undefined && shown.length === 0)) return null;
          return (
            <section key={kind} className="card block" aria-label={title}>
              <h2>
                {title} <span className="muted num">{shown.length}</span>
              </h2>
              <ul className="items">
                {shown.slice(0, listedMax).map(({ name, owner, place }) => (
                  <li key={place}>
                    <button
                      type="button"
                      className="link"
                      aria-pressed={place === at}
                      onClick={() => go({ item: `${kind}:${name}` })}
                    >
                      <Wrapped name={name} />
                    </button>
                    <span className="muted">{owner}</span>
                    {reached?.via.get(place)?.map((by) => (
                      <span key={by} className="muted by">
                        by {by}
                      </span>
                    ))}
                  </li>
                ))}
                {shown.length > listedMax && (
                  <li className="muted">{shown.length - listedMax} more: search narrows them</li>
                )}
              </ul>
            </section>
          );
        })}
      </div>
    </div>
  );
}

function sentenceOf(name: string, reached: Reached | undefined): string {
  const { before = 0, after = 0 } = reached ?? {};
  return `${name} is made of ${before === 0 ? "nothing else" : `${before} things`}, and ${after === 0 ? "nobody lives on it" : `${after} live on it`}.`;
}
