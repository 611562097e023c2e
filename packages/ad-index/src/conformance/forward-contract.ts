import type { AdDocument } from "@tenon/ads-model";
import { type Column, IdColumn } from "@tenon/graph-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  FORWARD_COLUMN_NAMES,
  FORWARD_COLUMN_TYPES,
  FORWARD_RECORD_IDS_MAX,
  type ForwardColumnName,
  NO_FREQUENCY_CAP,
  ROW_FOUND,
  ROW_MISSING,
} from "../api.ts";
import type { MakeIndex } from "./ad-index-contract.ts";
import { sampleMarketplaces } from "./arbitraries.ts";
import { ADS_MAX, idColumn, idsOf, indexOf, PROPERTY, plainAd } from "./support.ts";

const MISSING_ID = 99_999;

/** What a column holds for an ad, by its declaration; caps are tested by themselves. */
function declaredValue(name: ForwardColumnName, document: AdDocument): number | string | undefined {
  if (name === "documentVersion") return document.version;
  if (name === "startAtMs") return document.schedule.startAtMs;
  if (name === "endAtMs") return document.schedule.endAtMs ?? Number.MAX_SAFE_INTEGER;
  if (name === "bidPays") return document.bid.pays;
  if (name === "bidMicros") return document.bid.pays === "perClick" ? document.bid.bidMicros : 0;
  if (name === "cpmMicros") return document.bid.pays === "perThousandImpressions" ? document.bid.cpmMicros : 0;
  if (name === "pacing") return document.budget.pacing;
  if (name === "lifetimeCapMicros") return document.budget.lifetime.capMicros;
  if (name === "dailyCapMicros") return document.budget.daily?.capMicros ?? 0;
  if (name === "overdeliveryRatioMax") return document.budget.daily?.overdeliveryRatioMax ?? 0;
  return name in document ? (document[name as keyof AdDocument] as number | string) : undefined;
}

export function forwardContract(makeIndex: MakeIndex): void {
  test("every column holds the document's value, in the order of the ids; missing rows are reported and hold nothing", async () => {
    await fc.assert(
      fc.asyncProperty(sampleMarketplaces(ADS_MAX), async (ads) => {
        const snapshot = (await indexOf(makeIndex, ads)).current();
        const documents = [...ads.map(({ document }) => document), undefined].reverse();
        const ids = IdColumn.from(documents.map((document) => document?.adId ?? MISSING_ID));
        const answer = snapshot.forwardColumns({ ids, columns: FORWARD_COLUMN_NAMES });
        expect(idsOf(answer.status)).toEqual(
          documents.map((document) => (document === undefined ? ROW_MISSING : ROW_FOUND)),
        );
        expect(answer.missingCount).toBe(1);
        for (const name of FORWARD_COLUMN_NAMES) {
          const column: Column = answer.columns[name];
          expect(column.type).toBe(FORWARD_COLUMN_TYPES[name]);
          const nothing = column.type === "dictionary" ? "" : 0;
          for (const [row, document] of documents.entries()) {
            const wanted = document === undefined ? nothing : declaredValue(name, document);
            if (wanted !== undefined) expect(column.at(row)).toBe(wanted);
          }
        }
      }),
      PROPERTY,
    );
  });

  test("of several caps of one level and window the strictest counts, and no cap is told from a cap of 0", async () => {
    const caps = (...limits: readonly number[]) =>
      ({
        frequencyCaps: limits.map((impressionsMax) => ({ level: "ad", windowDays: 7, impressionsMax })),
      }) as unknown as Partial<AdDocument>;
    const ads = [plainAd(1, caps()), plainAd(2, caps(0)), plainAd(3, caps(9, 4, 6)), plainAd(4, caps(2 ** 40))];
    const { columns } = (await indexOf(makeIndex, ads))
      .current()
      .forwardColumns({ ids: idColumn(ads), columns: ["adCapPer7Days", "campaignCapPer7Days"] });
    expect(idsOf(columns.adCapPer7Days)).toEqual([NO_FREQUENCY_CAP, 0, 4, 2 ** 31 - 1]);
    expect(idsOf(columns.campaignCapPer7Days)).toEqual([
      NO_FREQUENCY_CAP,
      NO_FREQUENCY_CAP,
      NO_FREQUENCY_CAP,
      NO_FREQUENCY_CAP,
    ]);
  });

  test("a column that does not exist is refused by name", async () => {
    const snapshot = (await indexOf(makeIndex, [plainAd(1)])).current();
    // @ts-expect-error no such column
    expect(() => snapshot.forwardColumns({ ids: IdColumn.from([1]), columns: ["bidDollars"] })).toThrow(
      'TENON1404 no forward column "bidDollars"',
    );
  });

  test("records come in the order of the ids, whole, with the missing ones named", async () => {
    const ads = [plainAd(1), plainAd(2), plainAd(3)];
    const snapshot = (await indexOf(makeIndex, ads)).current();
    const { found, missing } = await snapshot.forwardRecords(IdColumn.from([3, 7, 1, 0]), new AbortController().signal);
    expect(found.map(({ adId, title }) => [adId, title])).toEqual([
      [3, ads[2]?.document.title],
      [1, ads[0]?.document.title],
    ]);
    expect(missing).toEqual([7, 0]);
  });

  test("an aborted read of records rejects with the signal's reason, and too many are refused", async () => {
    const snapshot = (await indexOf(makeIndex, [plainAd(1)])).current();
    const reason = new Error("deadline passed");
    await expect(snapshot.forwardRecords(IdColumn.from([1]), AbortSignal.abort(reason))).rejects.toBe(reason);
    const many = IdColumn.fill(FORWARD_RECORD_IDS_MAX + 1, (row) => row + 1);
    await expect(snapshot.forwardRecords(many, new AbortController().signal)).rejects.toThrow(
      "TENON1403 201 records in one call",
    );
  });
}
