import { F64Column, FeatureSnapshotBuilder, ModelScores } from "@tenon/graph-core";
import { LIGHT_FEATURES, RANK_FEATURES } from "@tenon/nodes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallMarketplace, startTestHost, type TestHost } from "../../test/test-host.ts";
import { type LogRecord, RecordKind } from "../sink/append-sink.ts";
import type { Answer } from "./answer.ts";
import { AnswerLog, isLoggedAsScored } from "./answer-log.ts";

let host: TestHost;
const answers: Answer[] = [];
beforeAll(async () => {
  host = await startTestHost({}, { marketplace: smallMarketplace() });
  for (let row = 0; row < 40; row++)
    answers.push(await host.host.answer({ ...host.sampleRequest(row), requestId: `r${row}` }));
});
afterAll(() => host.end());

function logOf(share: number) {
  const records: LogRecord[] = [];
  const sink = { append: (record: LogRecord) => records.push(record) };
  const log = new AnswerLog(sink as never, share);
  for (const answer of answers) log.append(answer, []);
  return { log, kinds: records.map(({ kind }) => kind) };
}

test("by share, feature records are left out and counted; insertion events never are", () => {
  const shown = answers.filter(({ insertions }) => insertions.length > 0).length;
  for (const share of [0, 0.5, 1]) {
    const { log, kinds } = logOf(share);
    expect(log.written + log.skipped).toBe(answers.length);
    expect(kinds.filter((kind) => kind === RecordKind.featureLog).length).toBe(log.written);
    expect(kinds.filter((kind) => kind === RecordKind.insertionEvents).length).toBe(shown);
    if (share === 0.5) expect(Math.abs(log.written - answers.length / 2)).toBeLessThan(15);
    else expect(log.written).toBe(share * answers.length);
  }
});

test("a snapshot beside scores of another snapshot is noticed", () => {
  const { featureLog } = answers[0] as Answer;
  expect(isLoggedAsScored(featureLog)).toBe(true);
  for (const [part, schema] of [
    ["light", LIGHT_FEATURES],
    ["rank", RANK_FEATURES],
  ] as const) {
    const other = new FeatureSnapshotBuilder(schema, 1).build();
    const scores = ModelScores.of(other, { modelVersion: "m", margins: F64Column.from([0]) });
    const record = { ...featureLog, [part]: { ...featureLog[part], scores } };
    expect(isLoggedAsScored(record)).toBe(false);
    const log = new AnswerLog(undefined, 1);
    log.append({ ...(answers[0] as Answer), featureLog: record }, []);
    expect(log.digestMismatches).toBe(1);
  }
});
