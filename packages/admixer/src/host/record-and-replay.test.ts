/**
 * The headline promises of the host: a recorded request repeats to the byte under any order of its answers, and what was
 * scored is what is logged.
 */
import { recordRun, replayRun } from "@tenon/graph-core";
import { encodeValue } from "@tenon/graph-core/internal";
import { Schedule, shuffled } from "@tenon/graph-testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NOW_MS, smallMarketplace, startTestHost, type TestHost } from "../../test/test-host.ts";
import { decodeRecord, readLog } from "../sink/read-log.ts";

const REQUESTS = 1_000;
/** A run of a thousand checked requests, recorded and repeated, on a busy machine. */
const TIMEOUT_MS = 240_000;
const DAY_MS = 86_400_000;

let host: TestHost;
let nowMs = NOW_MS;
const marketplace = smallMarketplace({ nowMs: () => nowMs });

beforeAll(async () => {
  host = await startTestHost({ checkedShare: 0 }, { marketplace });
});
afterAll(() => host.end());

test(
  `${REQUESTS} recorded requests, replayed under shuffled schedules, give the same bytes`,
  async () => {
    const requests = marketplace.sampleRequests({ seed: 11, count: REQUESTS, durationMs: DAY_MS });
    let different = 0;
    let shown = 0;
    let held = 0;
    for (const [at, request] of requests.entries()) {
      nowMs = request.timestampMs ?? NOW_MS;
      const admitted = host.host.admit(request);
      const recorded = recordRun(
        host.executor,
        { adRequest: admitted, arms: { assignments: {}, parameters: {} } },
        { requestId: admitted.requestId, nowMs },
      );
      const response = await recorded.response;
      const recording = recorded.recording();
      expect(response.featureLogRecord.rank.features.digest).toBe(response.featureLogRecord.rank.scores.snapshotDigest);
      // Later requests see the counts and budgets of earlier ones, and a recording must hold what it saw.
      for (const event of response.insertionEvents) {
        shown++;
        marketplace.budgets.insert(event.insertionId, event.campaignId, event.chargedPriceMicros);
        if (admitted.userId === undefined) continue;
        const { adId, insertionId, atMs } = event;
        marketplace.actions.record({
          eventId: insertionId,
          userId: admitted.userId,
          adId,
          kind: "impression",
          atMs,
          insertionId,
        });
      }
      const schedule = new Schedule(shuffled(at));
      const replay = replayRun(host.executor, recording, { deliver: schedule.hold, checked: at % 4 === 0 });
      const repeated = await schedule.drive(replay.response);
      held = Math.max(held, ...schedule.widths);
      if (Buffer.compare(encodeValue(repeated), recording.response as Uint8Array) !== 0) different++;
    }
    expect(different).toBe(0);
    expect(shown).toBeGreaterThan(REQUESTS);
    // Schedules had something to shuffle.
    expect(held).toBeGreaterThan(1);
  },
  TIMEOUT_MS,
);

test(
  "of every answered request the log holds the very snapshots that were scored, and its insertions",
  async () => {
    const answers = new Map<
      string,
      { readonly light: string; readonly rank: string; readonly insertions: readonly string[] }
    >();
    for (const request of marketplace.sampleRequests({ seed: 12, count: 200 })) {
      const { featureLog, insertions } = await host.host.answer(request);
      answers.set(featureLog.requestId, {
        light: featureLog.light.scores.snapshotDigest,
        rank: featureLog.rank.scores.snapshotDigest,
        insertions: insertions.map(({ insertionId }) => insertionId),
      });
    }
    await host.host.sink?.flush();
    const logged = new Map<string, { light: string; rank: string }>();
    const insertions = new Map<string, readonly string[]>();
    for (const { header, records } of readLog(host.logFolder)) {
      expect(header.versions.clickModel).toMatch(/^click-test@/);
      for (const record of records) {
        const read = decodeRecord(record, header);
        if (read.kind === "insertionEvents")
          insertions.set(
            read.facts.requestId,
            read.events.map(({ insertionId }) => insertionId),
          );
        if (read.kind !== "featureLog") continue;
        // Digests of the snapshots as they were read back, not as they were noted down.
        logged.set(read.record.requestId, {
          light: read.record.light.features.digest,
          rank: read.record.rank.features.digest,
        });
        expect(
          Object.values(read.facts.dropped).reduce((sum, count) => sum + count, 0) + read.record.shown.length,
        ).toBe(read.facts.entered);
      }
    }
    expect(logged.size).toBe(answers.size);
    for (const [requestId, { light, rank, insertions: ids }] of answers) {
      expect(logged.get(requestId)).toEqual({ light, rank });
      expect(insertions.get(requestId) ?? []).toEqual(ids);
    }
    expect(host.host.log.digestMismatches).toBe(0);
  },
  TIMEOUT_MS,
);
