/** One lane per kind of stop. Hollow: when the change happened; solid: when the stop was done with it. */
import type { DocumentView } from "../../data/document-view.ts";

const LANES = ["ads database", "topics", "updater", "handlers", "document", "published", "hosts", "base"];

export function Lanes({ view }: { readonly view: DocumentView }) {
  const times = view.hops
    .flatMap(({ eventAtMs, processAtMs }) => [eventAtMs, processAtMs])
    .filter((at) => at !== null && at > 0);
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
            <span className="lane-last muted">{lastOf(hops)}</span>
          </li>
        );
      })}
      <li className="axis muted">
        <span />
        <span>
          <i className="event" /> change at the source <i className="process" /> done here. Idle time is shortened.
        </span>
      </li>
    </ol>
  );
}

function titleOf({ what, owner, eventAtMs, processAtMs }: DocumentView["hops"][number]): string {
  const at = (ms: number | null) => (ms === null || ms <= 0 ? "unknown" : new Date(ms).toLocaleString());
  return `${what} (${owner})\nchanged at its source: ${at(eventAtMs)}\ndone here: ${at(processAtMs)}`;
}

function lastOf(hops: readonly DocumentView["hops"][number][]): string {
  const times = hops.flatMap(({ processAtMs, eventAtMs }) => processAtMs ?? eventAtMs ?? []).filter((at) => at > 0);
  if (hops.length === 0) return "nothing";
  return times.length === 0 ? `${hops.length}` : new Date(Math.max(...times)).toLocaleTimeString();
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
