/** The running system: rates, lag, lanes, freshness. */

import { duration, number } from "../../data/explain/money.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import type { LiveDocument, LiveSample } from "../../data/live-document.ts";
import { GraphLink } from "../document/document-page.tsx";
import { Problem } from "../shell/problem.tsx";
import { Scroll } from "../shell/scroll.tsx";
import { Table } from "../shell/table.tsx";
import { Waiting } from "../shell/waiting.tsx";
import { useData } from "../state/data.ts";
import { PipelineMap } from "./pipeline-map.tsx";
import { Spark } from "./spark.tsx";

const AGAIN_MS = 2_000;

export function LivePage({ index }: { readonly index: IndexDocument }) {
  const { value: live, error } = useData<LiveDocument>("live.json", index.live ? AGAIN_MS : undefined);
  if (live === undefined) return error === undefined ? <Waiting /> : <Problem error={error} />;
  const last = live.samples.at(-1);
  const backlog = last?.backlog ?? null;
  return (
    <div className="sheet wide">
      <p className="crumbs">
        <span className={`chip ${live.state === "ready" || live.state === "live" ? "good" : "warn"}`}>
          {live.state}
        </span>
        <span className="muted">
          {number(live.ads)} ads, {new Date(live.atMs).toLocaleTimeString()}
        </span>
      </p>
      <h1>{sentenceOf(live, last)}</h1>
      <div className="tiles">
        <Tile
          name="Requests"
          unit="per second"
          samples={live.samples}
          of={(sample) => sample.requestsPerSecond}
          text={(value) => value.toFixed(1)}
        />
        <Tile
          name="Latency p99"
          unit="since the start"
          samples={live.samples}
          of={(sample) => sample.p99Ms}
          text={duration}
        />
        <Tile
          name="Failures"
          unit="per second"
          samples={live.samples}
          of={(sample) => sample.failuresPerSecond}
          text={(value) => value.toFixed(2)}
          bad
        />
        <Tile
          name="Loop lag"
          unit="of this process"
          samples={live.samples}
          of={(sample) => sample.loopLagMs}
          text={duration}
        />
        {backlog !== null && (
          <Tile
            name="Backlog"
            unit="before the index"
            samples={live.samples}
            of={(sample) => sample.backlog ?? 0}
            text={number}
          />
        )}
      </div>
      {live.freshness.length > 0 && (
        <section className="card block" aria-label="Freshness">
          <h2>Freshness: from the change at its source until requests see it</h2>
          <Table label="Freshness" headings={["Class", ["p50", "num"], ["p99", "num"], ["Target", "num"], "Is"]}>
            {live.freshness.map(({ class: name, p50Ms, p99Ms, targetMs }) => (
              <tr key={name}>
                <td>{name}</td>
                <td className="num">{p50Ms === null ? "no change lately" : duration(p50Ms)}</td>
                <td className="num">{p99Ms === null ? "" : duration(p99Ms)}</td>
                <td className="num">{targetMs === null ? "" : duration(targetMs)}</td>
                <td>
                  {p99Ms === null || targetMs === null ? (
                    ""
                  ) : (
                    <span className={`chip ${p99Ms <= targetMs ? "good" : "bad"}`}>
                      {p99Ms <= targetMs ? "met" : "missed"}
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        </section>
      )}
      {backlog !== null && <PipelineMap live={live} index={index} />}
      {backlog !== null && (
        <section className="card block" aria-label="Lanes">
          <h2>Lanes: work of handlers</h2>
          <Table
            label="Lanes"
            headings={["Handler", "Lane", ["Waiting", "num"], ["Put aside", "num"], ["Oldest", "num"]]}
          >
            {live.lanes.map(({ handler, lane, waiting, parked, oldestMs }) => (
              <tr key={`${handler} ${lane}`}>
                <td>
                  <GraphLink index={index} name={handler} />
                </td>
                <td>{lane}</td>
                <td className="num">{number(waiting)}</td>
                <td className="num">{parked > 0 ? <span className="chip bad">{number(parked)}</span> : 0}</td>
                <td className="num">{oldestMs === null ? "" : duration(oldestMs)}</td>
              </tr>
            ))}
            {live.lanes.length === 0 && (
              <tr>
                <td colSpan={5} className="muted">
                  Nothing waits: every change that was heard of is through.
                </td>
              </tr>
            )}
          </Table>
        </section>
      )}
      <section className="card block" aria-label="Versions">
        <h2>Versions that requests see</h2>
        <Scroll label="Versions, as a table">
          <table className="list">
            <tbody>
              {Object.entries(live.versions).map(([name, version]) => (
                <tr key={name}>
                  <td>{name}</td>
                  <td>{version === "" ? <span className="muted">none</span> : <code>{version}</code>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </section>
    </div>
  );
}

interface TileProps {
  readonly name: string;
  readonly unit: string;
  readonly samples: readonly LiveSample[];
  readonly of: (sample: LiveSample) => number;
  readonly text: (value: number) => string;
  readonly bad?: boolean;
}

function Tile({ name, unit, samples, of, text, bad }: TileProps) {
  const values = samples.map(of);
  const now = values.at(-1) ?? 0;
  return (
    <div className={`tile card${bad === true && now > 0 ? " alarming" : ""}`}>
      <span className="muted">{name}</span>
      <strong className="num">{text(now)}</strong>
      <Spark values={values} label={`${name}, ${unit}: now ${text(now)}, at most ${text(Math.max(0, ...values))}`} />
      <span className="muted unit">{unit}</span>
    </div>
  );
}

function sentenceOf({ parked, freshness }: LiveDocument, last: LiveSample | undefined): string {
  const late = freshness.filter(({ p99Ms, targetMs }) => p99Ms !== null && targetMs !== null && p99Ms > targetMs);
  if (last !== undefined && last.failuresPerSecond > 0)
    return `${last.failuresPerSecond.toFixed(2)} requests a second fail.`;
  if (late.length > 0)
    return `${late.map(({ class: name }) => name).join(" and ")} changes come later than their target.`;
  if (parked > 0)
    return `Serving is well; ${number(parked)} work ${parked === 1 ? "item was put aside and waits" : "items were put aside and wait"} for somebody.`;
  if (last?.backlog != null && last.backlog > 0)
    return `Serving is well; ${number(last.backlog)} changes are under way.`;
  return last === undefined || last.requestsPerSecond === 0
    ? "All is well, and quiet: no request comes in."
    : "All is well.";
}
