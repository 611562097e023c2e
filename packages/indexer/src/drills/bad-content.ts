/** Content got worse at its source: the good signals from before are sent again, as news, in the low lane. */
import { ContentSignals } from "@tenon/nodes";
import { indexerError } from "../indexer-error.ts";
import { UpdateRuns } from "../source/update-runs.ts";
import type { Drill } from "./drill.ts";
import type { DrillPort } from "./drill-port.ts";
import { catchUp, type EntityUpdate, refuseTooMany, resend, verifyEnd } from "./steps.ts";

type ContentSignal = Parameters<UpdateRuns["updateOfSignal"]>[0];

export const badContent: Drill = {
  name: "bad-content",
  purpose: "signals of another system are bad since some moment, and documents carry them",
  first:
    "the system that sends them stops, or sends good ones again: what it sends later must have versions above these",
  options: {
    since: "moment from which on signals are bad, as 2026-05-01T12:00Z; the topic must still hold the good ones",
  },
  steps: ({ sinceMs }) => {
    if (sinceMs === undefined)
      throw indexerError("wrongCommand", 'drill "bad-content" needs to know since when content is bad', {
        detail: "option since is missing",
        hint: "add --since 2026-05-01T12:00Z",
      });
    return [
      {
        name: "send the good ones again",
        order: `send the newest signal from before ${new Date(sinceMs).toISOString()} of each row that has a later one, above the later one's version, in the low lane`,
        act: async (port) => {
          const { good, without } = await goodAgain(port, sinceMs);
          const runs = new UpdateRuns("drill-bad-content");
          const updates: EntityUpdate[] = [];
          for (const signal of good) updates.push(await runs.updateOfSignal(signal));
          const sent = await resend(port, updates);
          if (sent === 0 && without === 0)
            throw new Error("no signal has come since then: nothing is bad, or the moment is wrong");
          return `${sent} signals are sent again; ${without} bad ones have none before them in the topic`;
        },
      },
      catchUp("wait for them"),
      verifyEnd,
    ];
  },
};

/** A roll-back is news: under its old version a good signal would lose against the bad one. */
async function goodAgain(port: DrillPort, sinceMs: number) {
  const rows = new Map<string, { good: ContentSignal | undefined; worst: ContentSignal | undefined }>();
  for await (const signal of port.values(ContentSignals) as AsyncIterable<ContentSignal>) {
    const key = `${signal.kind}:${"adId" in signal ? signal.adId : "creativeId" in signal ? signal.creativeId : signal.advertiserId}`;
    const row = rows.get(key) ?? { good: undefined, worst: undefined };
    rows.set(key, row);
    refuseTooMany(rows.size, "signals");
    const side = signal.observedAtMs < sinceMs ? "good" : "worst";
    if ((row[side]?.version ?? -1) < signal.version) row[side] = signal;
  }
  const bad = [...rows.values()].filter(({ worst }) => worst !== undefined);
  const good = bad.flatMap(({ good: known, worst }) =>
    known === undefined || worst === undefined
      ? []
      : [{ ...known, version: Math.max(known.version, worst.version) + 1, observedAtMs: port.nowMs() }],
  );
  return { good, without: bad.length - good.length };
}
