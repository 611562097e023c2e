import {
  type CohortComparison,
  type Part,
  RUNS_MIN,
  type ShareDifference,
  type TimeDifference,
} from "../../data/explain/compare-cohorts.ts";
import { duration, number, share } from "../../data/explain/money.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import { Owner } from "../shell/owner.tsx";
import { Table } from "../shell/table.tsx";
import { linkTo } from "../state/route.ts";

/** A p99 of fewer runs is their longest. */
const P99_RUNS_MIN = 100;

interface Props {
  readonly compared: CohortComparison;
  readonly graph: GraphDocument;
}

export function CohortTables({ compared, graph }: Props) {
  const times = compared.times.filter(({ here, there }) => here.runs + there.runs > 0);
  const order = (one: TimeDifference, other: TimeDifference) =>
    Number(other.standsOut) - Number(one.standsOut) || other.here.p50Ms - one.here.p50Ms;
  return (
    <div className="inside">
      <p className="muted">
        ◆ beyond chance: three standard errors, counted by requests, and {RUNS_MIN} requests on each side.
      </p>
      <h2>The funnel: of the candidates that entered, how many left, and for what</h2>
      <Table
        label="Funnel of both"
        className="both"
        headings={["Filter, reason", ["These", "num"], ["Those", "num"], ["Difference", "num"]]}
      >
        {compared.shares
          .filter(({ here, there }) => here.count + there.count > 0)
          .map((row) => (
            <ShareRow key={`${row.node} ${row.reason}`} row={row} graph={graph} />
          ))}
      </Table>
      <h2>Times of nodes: p50, p99, runs</h2>
      <p className="muted">A p99 of fewer than {P99_RUNS_MIN} runs is their longest.</p>
      <Table
        label="Times of both"
        className="both"
        headings={["Node", ["These", "num"], ["Those", "num"], ["p50", "num"]]}
      >
        {times.toSorted(order).map((row) => (
          <TimeRow key={row.node} row={row} />
        ))}
      </Table>
    </div>
  );
}

function ShareRow({ row, graph }: { readonly row: ShareDifference; readonly graph: GraphDocument }) {
  const { node, owner, reason, here, there, difference, halfWidth, standsOut } = row;
  return (
    <tr
      className={[reason === null ? "whole" : "part", standsOut ? "outstanding" : ""].join(" ")}
      data-row={`${node} ${reason ?? ""}`.trim()}
    >
      <td>
        {reason === null ? (
          <>
            <a href={linkTo({ node })}>{node}</a> <Owner name={owner} graph={graph} />
          </>
        ) : (
          <code>{reason}</code>
        )}
      </td>
      <td className="num">{partText(here)}</td>
      <td className="num">{partText(there)}</td>
      <td className="num">
        {difference === null ? (
          "–"
        ) : (
          <>
            {standsOut && <span aria-hidden="true">◆ </span>}
            {pointsText(difference)}
            {halfWidth !== null && <span className="muted"> ± {(halfWidth * 100).toFixed(1)}</span>}
            {standsOut && <span className="sr"> beyond chance</span>}
          </>
        )}
      </td>
    </tr>
  );
}

function partText({ count, of }: Part) {
  return of === 0 ? (
    "none came"
  ) : (
    <>
      {share(count / of)} <span className="muted">{number(count)}</span>
    </>
  );
}

/** In hundredths, with their sign. */
function pointsText(difference: number): string {
  return `${difference > 0 ? "+" : difference < 0 ? "−" : ""}${(Math.abs(difference) * 100).toFixed(1)}`;
}

function TimeRow({ row: { node, here, there, ratio, standsOut } }: { readonly row: TimeDifference }) {
  return (
    <tr className={standsOut ? "outstanding" : ""} data-time={node}>
      <td>
        <a href={linkTo({ node })}>{node}</a>
      </td>
      <td className="num">{timeText(here)}</td>
      <td className="num">{timeText(there)}</td>
      <td className="num">
        {standsOut && <span aria-hidden="true">◆ </span>}
        {ratio === null ? "–" : `× ${ratio.toFixed(2)}`}
        {standsOut && <span className="sr"> beyond chance</span>}
      </td>
    </tr>
  );
}

function timeText({ runs, p50Ms, p99Ms }: TimeDifference["here"]) {
  return runs === 0 ? (
    "never ran"
  ) : (
    <>
      {duration(p50Ms)}, {duration(p99Ms)} <span className="muted">{runs}</span>
    </>
  );
}
