import { expect, test } from "vitest";
import type { RunRecord } from "../workflows/run-store.ts";
import { unsyncedMetricsText } from "./unsynced-metrics.ts";
import { UnsyncedReport } from "./unsynced-report.ts";

const unsynced = (place: string, kind: string, key: number, ageMs: number | null = null) => ({
  ...{ place, kind, key, ageMs, facts: { owner: "ads-data" } },
});

test("a report counts all, keeps the oldest age, and names the first of each place and kind", () => {
  const report = new UnsyncedReport();
  for (let key = 1; key <= 50; key++) report.add(unsynced("campaigns", "older", key, key * 10));
  report.add(unsynced("campaigns", "newer", 1));
  report.add(unsynced("ads", "older", 1, 5));
  report.compared = 60;
  expect([report.count(), report.count("older"), report.count("newer")]).toEqual([52, 51, 1]);
  const json = report.toJson();
  expect(json).toMatchObject({
    ...{ compared: 60, unsynced: 52 },
    places: {
      campaigns: { older: { documents: 50, oldestMs: 500 }, newer: { documents: 1, oldestMs: null } },
      ads: { older: { documents: 1, oldestMs: 5 } },
    },
  });
  const named = json["named"] as readonly ReturnType<typeof unsynced>[];
  expect(named.map(({ place, kind }) => `${place} ${kind}`)).toHaveLength(22);
  expect(named[19]).toEqual(unsynced("campaigns", "older", 20, 200));
});

test("a report that was saved goes on as if it had not been", () => {
  const whole = new UnsyncedReport();
  let saved = UnsyncedReport.from(undefined);
  for (let key = 1; key <= 30; key++) {
    whole.add(unsynced("ads", "missing", key, key));
    saved = UnsyncedReport.from(JSON.parse(JSON.stringify(saved.toJson())));
    saved.add(unsynced("ads", "missing", key, key));
  }
  expect(saved.toJson()).toEqual(whole.toJson());
});

test("metrics are those of the newest run that came to its end, and a sync that found nothing says 0", async () => {
  const report = new UnsyncedReport();
  report.add(unsynced("campaigns", "older", 1));
  report.inFlight = 3;
  const done = (result: object | null, facts: Partial<RunRecord> = {}) =>
    ({ state: "done", result, finishedAtMs: 5_000, ...facts }) as RunRecord;
  const runs = {
    "source-sync": [done(null, { state: "running" }), done(report.toJson()), done(new UnsyncedReport().toJson())],
    "document-sync": [done(new UnsyncedReport().toJson(), { finishedAtMs: 9_500 })],
    never: [],
  };
  const store = { runs: async ({ workflow = "" }) => runs[workflow as keyof typeof runs] };
  const text = await unsyncedMetricsText(store, Object.keys(runs));
  expect(text.split("\n").filter((line) => !line.startsWith("#"))).toEqual([
    'tenon_unsynced_documents{sync="source-sync"} 1',
    'tenon_unsynced_documents{sync="document-sync"} 0',
    'tenon_unsynced_documents_found{sync="source-sync",place="campaigns",kind="older"} 1',
    'tenon_unsynced_in_flight{sync="source-sync"} 3',
    'tenon_unsynced_in_flight{sync="document-sync"} 0',
    'tenon_sync_finished_seconds{sync="source-sync"} 5',
    'tenon_sync_finished_seconds{sync="document-sync"} 9.5',
    "",
  ]);
});
