import type { ObservedRun } from "../../replay/run-recorded.ts";

/** Slot with the records of the ads in an answer, as the serving graph names it. */
const RECORDS = "adRecords";

interface AdRecord {
  readonly adId: number;
  readonly objective: string;
}

/** Ad id → objective of its campaign: answers do not say it, and metrics are told by it. */
export function objectivesOf({ values }: Pick<ObservedRun, "values">): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const record of recordsIn(values.get(RECORDS)?.value)) found[record.adId] = record.objective;
  return found;
}

function recordsIn(value: unknown): readonly AdRecord[] {
  if (Array.isArray(value)) return value.filter(isRecord);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((each) => (Array.isArray(each) ? each.filter(isRecord) : []));
}

function isRecord(value: unknown): value is AdRecord {
  const { adId, objective } = (value ?? {}) as Partial<AdRecord>;
  return typeof adId === "number" && typeof objective === "string";
}
