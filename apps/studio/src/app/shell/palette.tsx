/** One field for everything: ids are pasted, names are searched. */
import { useMemo, useState } from "react";
import { duration } from "../../data/explain/money.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import { useData } from "../state/data.ts";
import { go, type Route, useRoute } from "../state/route.ts";
import { Dialog } from "./dialog.tsx";

interface Offer {
  readonly key: string;
  readonly name: string;
  readonly what: string;
  readonly to: Partial<Route>;
}

const OFFERS_MAX = 9;

export function Palette({ index, close }: { readonly index: IndexDocument; readonly close: () => void }) {
  const route = useRoute();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const hash =
    route.graph ??
    index.runs.find(({ requestId }) => requestId === route.run)?.graphHash ??
    index.runs[0]?.graphHash ??
    index.graphs[0]?.hash;
  const { value: graph } = useData<GraphDocument>(hash && `graphs/${hash}.json`);
  const offers = useMemo(() => offersFor(text.trim(), index, graph, route), [text, index, graph, route]);
  const chosen = Math.min(at, offers.length - 1);
  const take = (offer: Offer | undefined) => {
    if (offer === undefined) return;
    go(offer.to);
    close();
  };
  return (
    <Dialog label="Find" close={close}>
      <input
        className="palette-input"
        // biome-ignore lint/a11y/noAutofocus: the dialog is this field
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-offers"
        aria-activedescendant={offers[chosen] === undefined ? undefined : `offer-${chosen}`}
        aria-label="Request id, ad id, node, slot or graph"
        placeholder="Request id, ad id, node, slot or graph"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") take(offers[chosen]);
          else if (event.key === "ArrowDown") setAt(Math.min(offers.length - 1, chosen + 1));
          else if (event.key === "ArrowUp") setAt(Math.max(0, chosen - 1));
          else return;
          event.preventDefault();
        }}
      />
      <div id="palette-offers" role="listbox" aria-label="Found" className="offers">
        {offers.map((offer, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above hears the keys
          <div
            key={offer.key}
            id={`offer-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === chosen}
            className="offer"
            onClick={() => take(offer)}
          >
            <strong>{offer.name}</strong>
            <span className="muted">{offer.what}</span>
          </div>
        ))}
        {offers.length === 0 && (
          <p className="muted none">Nothing is called so. Ids of requests are kept for the latest traces only.</p>
        )}
      </div>
    </Dialog>
  );
}

function offersFor(
  text: string,
  index: IndexDocument,
  graph: GraphDocument | undefined,
  route: Route,
): readonly Offer[] {
  const wanted = text.toLowerCase();
  const offers: Offer[] = [];
  const run = route.run ?? index.runs[0]?.requestId;
  if (/^\d{1,15}$/.test(text)) {
    if (run !== undefined)
      offers.push({
        key: "ad",
        name: `Ad ${text}`,
        what: "why did it (not) show in this request?",
        to: { view: "run", run, ad: text, node: undefined },
      });
    offers.push({
      key: "ad-all",
      name: `Ad ${text}`,
      what: `over all ${index.runs.length} kept requests`,
      to: { view: "requests", ad: text },
    });
    if (index.can.documents)
      offers.push({
        key: "doc",
        name: `Document of ad ${text}`,
        what: "why is it stale or missing?",
        to: { view: "document", ad: text },
      });
  }
  for (const each of index.runs) {
    if (wanted !== "" && !each.requestId.toLowerCase().includes(wanted)) continue;
    const what = `${each.facts.surface ?? each.graph}, ${each.shown.length} of ${each.entered} shown, ${duration(each.facts.durationMs)}`;
    offers.push({
      key: `run-${each.requestId}`,
      name: each.requestId,
      what,
      to: { view: "run", run: each.requestId, ad: undefined, node: undefined, graph: undefined },
    });
    if (offers.length >= (wanted === "" ? 4 : OFFERS_MAX)) break;
  }
  for (const node of graph?.nodes ?? []) {
    if (wanted === "" || !node.name.toLowerCase().includes(wanted)) continue;
    offers.push({
      key: `node-${node.name}`,
      name: node.name,
      what: `node of ${node.owner}: ${node.purpose}`,
      to: { node: node.name },
    });
  }
  for (const slot of graph?.slots ?? []) {
    if (wanted === "" || !slot.key.toLowerCase().includes(wanted) || slot.producer?.startsWith("@") !== false) continue;
    offers.push({
      key: `slot-${slot.key}`,
      name: slot.key,
      what: `slot, written by ${slot.producer}`,
      to: { node: slot.producer ?? undefined, find: `reads:${slot.key}` },
    });
  }
  for (const each of index.graphs) {
    if (wanted !== "" && !each.name.includes(wanted)) continue;
    offers.push({
      key: `graph-${each.hash}`,
      name: each.name,
      what: `graph of ${each.owner}, ${each.nodes} nodes`,
      to: { view: "graph", graph: each.hash, run: undefined, ad: undefined, node: undefined },
    });
  }
  for (const { id, title, verdict, problem } of index.reports) {
    if (problem !== null || (wanted !== "" && !`${id} ${title}`.toLowerCase().includes(wanted))) continue;
    offers.push({
      key: `report-${id}`,
      name: id,
      what: `report, ${verdict}: ${title}`,
      to: { view: "report", report: id, finding: undefined },
    });
  }
  return offers.slice(0, OFFERS_MAX);
}
