/** One lane per kind of stop. Hollow: when the change happened; solid: when the stop was done with it. */
import type { DocumentView } from "../../data/document-view.ts";
import { duration } from "../../data/explain/money.ts";

const SOURCE_LANE = "ads database";
const LANES = [SOURCE_LANE, "topics", "updater", "handlers", "document", "published", "hosts", "base"];

export function Lanes({ view }: { readonly view: DocumentView }) {
  const times = view.hops
    .flatMap(({ eventAtMs, processAtMs }) => [eventAtMs, processAtMs])
    .filter((at) => at !== null && at > 0);
  const changedAtMs = Math.max(
    0,
    ...view.hops.flatMap(({ lane, processAtMs }) => (lane === SOURCE_LANE ? (processAtMs ?? []) : [])),
  );
  const places = placesOf(times as readonly number[]);
  return (
    <ol className="lanes">
      {LANES.map((lane) => {
        const hops = view.hops.filter((hop) => hop.lane === lane);
        return (
          <li key={lane} data-lane={lane} className={hops.length === 0 ? "empty" : ""}>
            <span className="lane-name">{lane}</span>
            <span
              className="lane"
              role="img"
              aria-label={hops.length === 0 ? `${lane}: nothing` : hops.map(({ what }) => what).join("; ")}
            >
              {hops.map((hop, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two stops may be alike in everything
                <span key={at} title={titleOf(hop)}>
                  {hop.eventAtMs !== null && hop.eventAtMs > 0 && (
                    <i className="event" style={{ left: `${places(hop.eventAtMs)}%` }} />
                  )}
                  {hop.processAtMs !== null && hop.processAtMs > 0 && (
                    <i className="process" style={{ left: `${places(hop.processAtMs)}%` }} />
                  )}
                </span>
              ))}
            </span>
            <span className="lane-last muted num">{lastOf(hops, changedAtMs)}</span>
          </li>
        );
      })}
      <li className="axis muted">
        <span />
        <span>
          <i className="event" /> change at the source <i className="process" /> done here; right: how long after the
          change. Idle time is shortened.
        </span>
      </li>
    </ol>
  );
}

function titleOf({ what, owner, eventAtMs, processAtMs }: DocumentView["hops"][number]): string {
  const at = (ms: number | null) => (ms === null || ms <= 0 ? "unknown" : new Date(ms).toLocaleString());
  return `${what} (${owner})\nchanged at its source: ${at(eventAtMs)}\ndone here: ${at(processAtMs)}`;
}

/** How long after the newest change at the source a lane was done; the change itself by its time. */
function lastOf(hops: DocumentView["hops"], changedAtMs: number): string {
  const done = hops.flatMap(({ processAtMs }) => processAtMs ?? []).filter((at) => at > 0);
  if (hops.length === 0) return "nothing";
  if (done.length === 0) return "time not kept";
  const last = Math.max(...done);
  if (hops.some(({ lane }) => lane === SOURCE_LANE)) return new Date(last).toLocaleTimeString();
  return last < changedAtMs ? "before it" : `+ ${duration(last - changedAtMs)}`;
}

/** Times in their order, with a bounded room between two of them: days of nothing take no more than a hand's breadth. */
function placesOf(times: readonly number[]): (at: number) => number {
  const sorted = [...new Set(times)].toSorted((one, other) => one - other);
  const rooms = sorted.slice(1).map((at, place) => Math.min(8, 1 + Math.log10(1 + at - (sorted[place] as number))));
  const all = rooms.reduce((sum, room) => sum + room, 0) || 1;
  const places = new Map<number, number>();
  let so = 0;
  for (const [place, at] of sorted.entries()) {
    if (place > 0) so += rooms[place - 1] as number;
    places.set(at, 2 + (so / all) * 96);
  }
  return (at) => places.get(at) ?? 50;
}
