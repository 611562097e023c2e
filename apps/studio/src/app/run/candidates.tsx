import { useMemo, useState } from "react";
import { fatesOf } from "../../data/explain/fates.ts";
import { money } from "../../data/explain/money.ts";
import type { RunDocument } from "../../data/run-document.ts";
import { Table } from "../shell/table.tsx";
import { linkTo } from "../state/route.ts";

/** Rows of the list; a search narrows it. */
const ROWS_MAX = 60;
/** Sorts behind every position of a feed. */
const NOT_SHOWN = 1e9;

/** What was shown, then the candidates by what they were worth. */
export function Candidates({ run }: { readonly run: RunDocument }) {
  const [find, setFind] = useState("");
  const rows = useMemo(() => rowsOf(run), [run]);
  const wanted = find.trim().toLowerCase();
  const found = rows.filter(({ adId, brand, fate }) => `${adId} ${brand} ${fate}`.toLowerCase().includes(wanted));
  return (
    <div className="inside">
      <h2>{rows.length.toLocaleString("en-US")} candidates: pick one to see why it did or did not show</h2>
      <input
        className="field"
        type="search"
        aria-label="Find candidates"
        placeholder="id, brand or reason"
        value={find}
        onChange={(event) => setFind(event.target.value)}
      />
      <Table label="Candidates" headings={["Ad", "What became of it", ["Worth", "num"]]}>
        {found.slice(0, ROWS_MAX).map(({ adId, brand, fate, worth }) => (
          <tr key={adId}>
            <td>
              <a href={linkTo({ ad: String(adId), node: undefined, tab: undefined })}>{adId}</a>
              {brand !== "" && <span className="muted"> {brand}</span>}
            </td>
            <td>
              <span className={`chip ${fate === "shown" ? "good" : ""}`}>
                {fate === "kept" ? "kept, not placed" : fate}
              </span>
            </td>
            <td className="num">{worth === undefined ? "" : money(worth)}</td>
          </tr>
        ))}
      </Table>
      {found.length > ROWS_MAX && <p className="muted">{found.length - ROWS_MAX} more: search narrows the list.</p>}
      {found.length === 0 && (
        <p className="muted">
          No candidate of this request matches.
          {/^\d+$/.test(wanted) && (
            <>
              {" "}
              <a href={linkTo({ ad: wanted, node: undefined, tab: undefined })}>Why was ad {wanted} not a candidate?</a>
            </>
          )}
        </p>
      )}
    </div>
  );
}

function rowsOf(run: RunDocument) {
  const position = new Map(run.shown.map(({ adId, position: at }) => [adId, at]));
  return [...fatesOf(run)]
    .map(([adId, fate]) => ({ adId, fate, brand: run.brands[adId] ?? "", worth: run.scores[adId]?.ecpmMicros }))
    .toSorted(
      (one, other) =>
        (position.get(one.adId) ?? NOT_SHOWN) - (position.get(other.adId) ?? NOT_SHOWN) ||
        (other.worth ?? -1) - (one.worth ?? -1) ||
        one.adId - other.adId,
    );
}
